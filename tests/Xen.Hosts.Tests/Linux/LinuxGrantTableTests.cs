using Xen.Events;
using Xen.Grants;
using Xen.Linux;
using Xen.Platform;

namespace Xen.Hosts.Tests.Linux;

public sealed unsafe class LinuxGrantTableTests : IDisposable
{
    private static readonly DomainId Peer = new(3);

    private readonly FakeGntalloc _gntalloc = new();
    private readonly FakeGntdev _gntdev;
    private readonly LinuxGrantTable _table;

    public LinuxGrantTableTests()
    {
        _gntdev = new FakeGntdev(_gntalloc);
        _table = new LinuxGrantTable(_gntalloc, _gntdev, limit: 64);
    }

    public void Dispose() => _table.Dispose();

    [Fact]
    public void Granted_pages_are_zeroed_counted_and_given_back()
    {
        GrantedPages pages = _table.Allocate(Peer, 4, GrantAccess.ReadWrite);
        Assert.False(pages.Bytes.ContainsAnyExcept((byte)0));
        Assert.Equal([new GrantRef(8), new GrantRef(9), new GrantRef(10), new GrantRef(11)], pages.Refs.ToArray());
        Assert.Equal(new GrantCapacity(64, 4, 0), _table.Capacity);
        Assert.Equal(RevokeResult.Deferred, _table.Revoke(pages));
        Assert.Equal(RevokeResult.Deferred, _table.Revoke(pages));
        Assert.Equal(new GrantCapacity(64, 0, 0), _table.Capacity);
        Assert.Equal(0, _gntalloc.GrantedPages);
        ObjectDisposedException late = Assert.Throws<ObjectDisposedException>(() => pages.Bytes[0]);
        Assert.Contains("dom3", late.Message, StringComparison.Ordinal);
        Assert.Contains("Revoke", late.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void When_the_limit_is_reached_the_error_names_it()
    {
        _table.Allocate(Peer, 60, GrantAccess.ReadWrite);
        XenException full = Assert.Throws<XenException>(() => _table.Allocate(Peer, 5, GrantAccess.ReadWrite));
        Assert.Equal(XenErrno.ENOSPC, full.ErrorCode);
        Assert.Contains("5 pages for dom3", full.Message, StringComparison.Ordinal);
        Assert.Contains("64", full.Message, StringComparison.Ordinal);
        Assert.Contains(LinuxGrantTable.LimitPath, full.Message, StringComparison.Ordinal);
        Assert.Equal(60, _table.Capacity.InUse);
    }

    [Fact]
    public void A_grant_that_cannot_be_mapped_is_given_back()
    {
        _gntalloc.MapError = (int)XenErrno.ENOMEM;
        XenException failed = Assert.Throws<XenException>(() => _table.Allocate(Peer, 3, GrantAccess.ReadWrite));
        Assert.Equal(XenErrno.ENOMEM, failed.ErrorCode);
        Assert.Equal(0, _gntalloc.GrantedPages);
        Assert.Equal(0, _table.Capacity.InUse);
    }

    [Fact]
    public void Mapped_pages_are_in_the_order_of_the_references_and_unmapped_once()
    {
        GrantedPages granted = _table.Allocate(Peer, 3, GrantAccess.ReadOnly);
        for (int i = 0; i < 3; i++)
        {
            granted.Page(i).Fill((byte)(i + 1));
        }

        GrantRef[] refs = [granted.Refs[2], granted.Refs[0]];
        MappedGrants mapped = _table.Map(Peer, refs, GrantAccess.ReadOnly);
        Assert.Equal(3, mapped.Bytes[0]);
        Assert.Equal(1, mapped.Bytes[4096]);
        mapped.Dispose();
        mapped.Dispose();
        Assert.Equal(0, _gntdev.InsertedCount);
        Assert.Throws<ObjectDisposedException>(() => mapped.Bytes[0]);
    }

    [Fact]
    public void All_references_are_mapped_or_none()
    {
        GrantedPages granted = _table.Allocate(Peer, 1, GrantAccess.ReadOnly);
        GrantRef[] refs = [granted.Refs[0], new GrantRef(500)];
        XenException refused = Assert.Throws<XenException>(() => _table.Map(Peer, refs, GrantAccess.ReadOnly));
        Assert.Contains("dom3, gref 8 and 1 more", refused.Message, StringComparison.Ordinal);
        Assert.Throws<XenException>(() => _table.Map(Peer, granted.Refs, GrantAccess.ReadWrite));
        Assert.Throws<XenException>(() => _table.Map(new DomainId(4), granted.Refs, GrantAccess.ReadOnly));
        Assert.Equal(0, _gntdev.InsertedCount);
    }

    [Fact]
    public void Copies_go_in_batches_each_with_its_own_status()
    {
        GrantedPages granted = _table.Allocate(Peer, 2, GrantAccess.ReadWrite);
        using LocalPages local = _table.AllocateLocal(2);
        local.Bytes.Fill(5);
        var operations = new GrantCopy[600];
        for (int i = 0; i < operations.Length; i++)
        {
            operations[i] = new GrantCopy
            {
                Peer = Peer,
                Ref = granted.Refs[i % 2],
                Offset = (ushort)i,
                Length = 1,
                Local = local.Address + i,
            };
        }

        operations[100].Ref = new GrantRef(700);
        operations[101].Offset = 4096;
        _table.Copy(operations);
        Assert.Equal(GrantStatus.BadGrantRef, operations[100].Status);
        Assert.Equal(GrantStatus.BadCopyArgument, operations[101].Status);
        Assert.Equal(598, operations.Count(static operation => operation.Status == GrantStatus.Okay));
        Assert.Equal([255, 256, 88], _gntdev.CopyRequests);
        Assert.Equal(299, granted.Page(0).Count((byte)5));
        Assert.Equal(299, granted.Page(1).Count((byte)5));
    }

    [Fact]
    public void A_bad_address_spoils_only_its_own_copy()
    {
        GrantedPages granted = _table.Allocate(Peer, 1, GrantAccess.ReadOnly);
        granted.Bytes.Fill(6);
        using LocalPages local = _table.AllocateLocal(2);
        _gntdev.UnreachableAddress = (byte*)4096;
        GrantCopy good = new() { Peer = Peer, Ref = granted.Refs[0], Length = 4096, FromPeer = true, Local = local.Address };
        GrantCopy bad = good with { Local = (byte*)4096 };
        GrantCopy second = good with { Local = local.Address + 4096 };
        GrantCopy[] operations = [good, bad, second];
        _table.Copy(operations);
        Assert.Equal(
            [GrantStatus.Okay, GrantStatus.BadVirtualAddress, GrantStatus.Okay], operations.Select(static operation => operation.Status));
        Assert.False(local.Bytes.ContainsAnyExcept((byte)6));
    }

    [Fact]
    public void Local_pages_are_aligned_zeroed_and_gone_when_released()
    {
        LocalPages local = _table.AllocateLocal(3);
        Assert.Equal(0ul, (ulong)local.Address % 4096);
        Assert.False(local.Bytes.ContainsAnyExcept((byte)0));
        local.Dispose();
        local.Dispose();
        Assert.Throws<ObjectDisposedException>(() => local.Bytes[0]);
    }

    [Fact]
    public void An_unmap_notification_names_the_byte_and_the_port()
    {
        GrantedPages granted = _table.Allocate(Peer, 2, GrantAccess.ReadWrite);
        _table.NotifyOnUnmap(granted, 4100, new EventPort(7, 1));
        Assert.Equal((0x10000ul + 4100, 3u, 7u), _gntalloc.Notification);
        Assert.Throws<ArgumentOutOfRangeException>(() => _table.NotifyOnUnmap(granted, 8192, new EventPort(7, 1)));
        _table.Revoke(granted);
        Assert.Throws<ObjectDisposedException>(() => _table.NotifyOnUnmap(granted, 0, new EventPort(7, 1)));
    }

    [Fact]
    public void Disposing_unmaps_and_revokes_what_is_left()
    {
        GrantedPages granted = _table.Allocate(Peer, 2, GrantAccess.ReadWrite);
        _table.Map(Peer, granted.Refs, GrantAccess.ReadWrite);
        _table.Allocate(Peer, 1, GrantAccess.ReadOnly);
        _table.Dispose();
        _table.Dispose();
        Assert.Equal(0, _gntalloc.GrantedPages);
        Assert.Equal(0, _gntdev.InsertedCount);
        Assert.True(_gntalloc.IsDisposed);
        Assert.True(_gntdev.IsDisposed);
        Assert.Throws<ObjectDisposedException>(() => _table.Allocate(Peer, 1, GrantAccess.ReadWrite));
    }

    [Fact]
    public void Pages_of_another_table_are_refused()
    {
        using var other = new LinuxGrantTable(new FakeGntalloc(), new FakeGntdev(_gntalloc), limit: 64);
        GrantedPages pages = other.Allocate(Peer, 1, GrantAccess.ReadWrite);
        Assert.Throws<ArgumentException>(() => _table.Revoke(pages));
    }

    [Theory]
    [InlineData("1024\n", 1024)]
    [InlineData("65536", 65536)]
    public void The_limit_is_read(string text, int expected) =>
        Assert.Equal(expected, WithFile(text, LinuxGrantTable.ReadLimit));

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("many")]
    [InlineData("99999999999")]
    public void A_malformed_limit_is_an_error_that_shows_it(string text)
    {
        XenException malformed = Assert.Throws<XenException>(() => WithFile(text, LinuxGrantTable.ReadLimit));
        Assert.Contains($"'{text}'", malformed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_limit_names_the_module()
    {
        XenException missing = Assert.Throws<XenException>(() => LinuxGrantTable.ReadLimit("/nowhere/limit"));
        Assert.Contains("/nowhere/limit", missing.Message, StringComparison.Ordinal);
        Assert.Contains("xen-gntalloc", missing.Message, StringComparison.Ordinal);
    }

    private static int WithFile(string text, Func<string, int> read)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, text);
            return read(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
