using Xen.Events;
using Xen.Grants;
using Xen.Linux;
using Xen.Platform;

namespace Xen.Lab;

/// <summary>Grants of the real Xen: gntalloc grants to this domain, gntdev maps and copies from it.</summary>
internal static class GrantChecks
{
    internal static readonly Lab.Check[] All =
    [
        new("grants-share", Share),
        new("grants-read-only", ReadOnlyAsync),
        new("grants-copy", Copy),
        new("grants-copy-refused", CopyRefused),
        new("grants-unmap-notify", UnmapNotifyAsync),
        new("grants-deferred", Deferred),
        new("grants-refused", RefusedAsync),
    ];

    private const int Pages = 16;

    private static Task<string> Share(LinuxGuest guest)
    {
        GrantedPages granted = guest.Grants.Allocate(guest.DomainId, Pages, GrantAccess.ReadWrite);
        Lab.Expect(!granted.Bytes.ContainsAnyExcept((byte)0), "granted pages are zeroed");
        foreach (GrantRef reference in granted.Refs)
        {
            Lab.Expect(reference.Value >= GrantRef.FirstFree, $"{reference} is not one of the reserved 0 to 7");
        }

        using (MappedGrants mapped = guest.Grants.Map(guest.DomainId, granted.Refs, GrantAccess.ReadWrite))
        {
            new Random(1).NextBytes(granted.Bytes);
            Lab.Expect(mapped.Bytes.SequenceEqual(granted.Bytes), "the mapping shows what the owner wrote, pages in order");
            new Random(2).NextBytes(mapped.Bytes);
            Lab.Expect(granted.Bytes.SequenceEqual(mapped.Bytes), "the owner sees what was written through the mapping");
        }

        Lab.Equal(RevokeResult.Deferred, guest.Grants.Revoke(granted), "revoke");
        Lab.Equal(0, guest.Grants.Capacity.InUse, "pages in use afterwards");
        return Task.FromResult($"{Pages} pages, {guest.Grants.Capacity.Total} in the system");
    }

    private static async Task<string> ReadOnlyAsync(LinuxGuest guest)
    {
        GrantedPages granted = guest.Grants.Allocate(guest.DomainId, 1, GrantAccess.ReadOnly);
        granted.Bytes[0] = 42;
        using (MappedGrants mapped = guest.Grants.Map(guest.DomainId, granted.Refs, GrantAccess.ReadOnly))
        {
            Lab.Equal((byte)42, mapped.Bytes[0], "the byte read through a read-only mapping");
        }

        XenException refused = await Lab.ThrowsAsync<XenException>(
            () => Task.FromResult(guest.Grants.Map(guest.DomainId, granted.Refs, GrantAccess.ReadWrite)),
            "mapping a read-only grant for writing");
        guest.Grants.Revoke(granted);
        return refused.Message;
    }

    // More operations than one request holds, both directions, local sides that cross pages.
    private static unsafe Task<string> Copy(LinuxGuest guest)
    {
        GrantedPages granted = guest.Grants.Allocate(guest.DomainId, Pages, GrantAccess.ReadWrite);
        using LocalPages local = guest.Grants.AllocateLocal(Pages);
        var random = new Random(3);
        byte[] expected = new byte[local.Length];
        random.NextBytes(expected);
        expected.CopyTo(local.Bytes);
        const int Piece = 96;
        var operations = new GrantCopy[local.Length / Piece];
        for (int i = 0; i < operations.Length; i++)
        {
            int at = i * Piece;
            int page = at / GrantedPages.PageSize;
            int offset = at % GrantedPages.PageSize;
            operations[i] = new GrantCopy
            {
                Peer = guest.DomainId,
                Ref = granted.Refs[page],
                Offset = (ushort)offset,
                Length = (ushort)Math.Min(Piece, GrantedPages.PageSize - offset),
                Local = local.Address + at,
            };
        }

        guest.Grants.Copy(operations);
        ExpectAll(operations, GrantStatus.Okay);
        Compare(operations, expected, granted.Bytes);
        local.Bytes.Clear();
        for (int i = 0; i < operations.Length; i++)
        {
            operations[i].FromPeer = true;
        }

        guest.Grants.Copy(operations);
        ExpectAll(operations, GrantStatus.Okay);
        Compare(operations, expected, local.Bytes);
        guest.Grants.Revoke(granted);
        return Task.FromResult($"{operations.Length} copies each way");
    }

    // One bad operation spoils nothing but itself, whether Xen refuses it or the kernel does.
    private static unsafe Task<string> CopyRefused(LinuxGuest guest)
    {
        GrantedPages granted = guest.Grants.Allocate(guest.DomainId, 1, GrantAccess.ReadOnly);
        using LocalPages local = guest.Grants.AllocateLocal(1);
        granted.Bytes.Fill(7);
        GrantCopy good = new()
        {
            Peer = guest.DomainId,
            Ref = granted.Refs[0],
            Length = 4096,
            FromPeer = true,
            Local = local.Address,
        };
        GrantCopy toReadOnly = good;
        toReadOnly.FromPeer = false;
        GrantCopy badRef = good;
        badRef.Ref = new GrantRef(30000);
        GrantCopy crossing = good;
        crossing.Offset = 1;
        GrantCopy badAddress = good;
        badAddress.Local = (byte*)4096;
        GrantCopy[] operations = [badRef, toReadOnly, good, crossing];
        guest.Grants.Copy(operations);
        Lab.Equal(GrantStatus.BadGrantRef, operations[0].Status, "a reference that is not granted");
        Lab.Expect(operations[1].Status < 0, $"writing to a read-only grant is refused, found {operations[1].Status}");
        Lab.Equal(GrantStatus.Okay, operations[2].Status, "the good one");
        Lab.Equal(GrantStatus.BadCopyArgument, operations[3].Status, "one that crosses the peer's page");
        Lab.Expect(!local.Bytes.ContainsAnyExcept((byte)7), "the good one was copied");
        local.Bytes.Clear();
        GrantCopy[] mixed = [badAddress, good];
        guest.Grants.Copy(mixed);
        Lab.Equal(GrantStatus.BadVirtualAddress, mixed[0].Status, "an address that is not ours");
        Lab.Equal(GrantStatus.Okay, mixed[1].Status, "the good one beside it");
        Lab.Expect(!local.Bytes.ContainsAnyExcept((byte)7), "the good one was copied again");
        guest.Grants.Revoke(granted);
        return Task.FromResult($"to read-only: {operations[1].Status}");
    }

    private static async Task<string> UnmapNotifyAsync(LinuxGuest guest)
    {
        GrantedPages granted = guest.Grants.Allocate(guest.DomainId, 2, GrantAccess.ReadWrite);
        EventPort server = guest.Events.AllocateUnbound(guest.DomainId);
        EventPort client = guest.Events.BindInterdomain(guest.DomainId, server.Value);
        await Task.Delay(TimeSpan.FromMilliseconds(20), guest.Scheduler.TimeProvider);
        const int Live = GrantedPages.PageSize + 21;
        granted.Bytes[Live] = 1;
        MappedGrants mapped = guest.Grants.Map(guest.DomainId, granted.Refs, GrantAccess.ReadWrite);
        guest.Grants.NotifyOnUnmap(mapped, Live, client);
        Task<uint> wait = guest.Events.WaitAsync(server, 0).AsTask();
        Lab.Equal((byte)1, granted.Bytes[Live], "the byte while mapped");
        Lab.Expect(!wait.IsCompleted, "no event while mapped");
        mapped.Dispose();
        mapped.Dispose();
        await wait;
        Lab.Equal((byte)0, granted.Bytes[Live], "the byte after unmapping");
        guest.Events.Close(client);
        guest.Events.Close(server);
        guest.Grants.Revoke(granted);
        return "the kernel cleared the byte and sent the event";
    }

    // R7: the kernel keeps a page that a peer still maps; what the peer sees stays what it was.
    private static Task<string> Deferred(LinuxGuest guest)
    {
        GrantedPages granted = guest.Grants.Allocate(guest.DomainId, 1, GrantAccess.ReadWrite);
        granted.Bytes.Fill(9);
        MappedGrants mapped = guest.Grants.Map(guest.DomainId, granted.Refs, GrantAccess.ReadWrite);
        Lab.Equal(RevokeResult.Deferred, guest.Grants.Revoke(granted), "revoke while it is mapped");
        Lab.Equal(RevokeResult.Deferred, guest.Grants.Revoke(granted), "revoke again");
        GrantedPages next = guest.Grants.Allocate(guest.DomainId, 8, GrantAccess.ReadWrite);
        next.Bytes.Fill(1);
        Lab.Expect(!mapped.Bytes.ContainsAnyExcept((byte)9), "the page is not used again while it is mapped");
        mapped.Dispose();
        guest.Grants.Revoke(next);
        return Task.FromResult("the page lives until it is unmapped");
    }

    private static async Task<string> RefusedAsync(LinuxGuest guest)
    {
        XenException badRef = await Lab.ThrowsAsync<XenException>(
            () => Task.FromResult(guest.Grants.Map(guest.DomainId, [new GrantRef(30000)], GrantAccess.ReadWrite)),
            "mapping a reference that is not granted");
        int tooMany = guest.Grants.Capacity.Total + 1;
        if (tooMany <= 65536)
        {
            XenException full = await Lab.ThrowsAsync<XenException>(
                () => Task.FromResult(guest.Grants.Allocate(guest.DomainId, tooMany, GrantAccess.ReadWrite)),
                "granting more than the system does");
            Lab.Equal(XenErrno.ENOSPC, full.ErrorCode, "the error for too many");
        }

        Lab.Equal(0, guest.Grants.Capacity.InUse, "pages in use afterwards");
        return badRef.Message;
    }

    private static void ExpectAll(GrantCopy[] operations, GrantStatus expected)
    {
        for (int i = 0; i < operations.Length; i++)
        {
            Lab.Equal(expected, operations[i].Status, $"the status of copy {i}");
        }
    }

    private static void Compare(GrantCopy[] operations, byte[] expected, ReadOnlySpan<byte> actual)
    {
        for (int i = 0; i < operations.Length; i++)
        {
            int at = i * 96;
            int length = operations[i].Length;
            Lab.Expect(
                actual.Slice(at, length).SequenceEqual(expected.AsSpan(at, length)), $"copy {i} carried its {length} bytes at {at}");
        }
    }
}
