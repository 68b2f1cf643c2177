using Xen.Grants;
using Xen.Linux;
using Xen.Platform;

namespace Xen.Hosts.Tests.Linux;

/// <summary><c>/dev/xen/gntdev</c> of a domain that is its own peer: maps and copies what <see cref="FakeGntalloc"/> granted.</summary>
internal sealed unsafe class FakeGntdev(FakeGntalloc granted) : FakeDevice
{
    private readonly SortedDictionary<ulong, Inserted> _inserted = [];
    private ulong _nextIndex;

    public override string Path => "fake gntdev";

    internal int InsertedCount => _inserted.Count;

    internal List<int> CopyRequests { get; } = [];

    /// <summary>A local address that the kernel cannot reach.</summary>
    internal byte* UnreachableAddress { get; set; }

    public override int Ioctl(uint request, void* argument) => request switch
    {
        GntdevAbi.MapGrantRef => Insert((GntdevAbi.MapArgument*)argument),
        GntdevAbi.UnmapGrantRef => Remove((GntdevAbi.UnmapArgument*)argument),
        GntdevAbi.GrantCopy => Copy((GntdevAbi.CopyArgument*)argument),
        _ => -(int)XenErrno.ENOTTY,
    };

    public override int Map(int length, bool writable, ulong offset, out byte* address)
    {
        address = null;
        Inserted inserted = _inserted[offset];
        Assert.Equal(inserted.Refs.Length * GrantedPages.PageSize, length);
        foreach (GntdevAbi.GrantReference reference in inserted.Refs)
        {
            if (granted.Find(reference.Domain, reference.Ref, writable) is null)
            {
                return -(int)XenErrno.EINVAL;
            }
        }

        // A copy is enough: these tests look at order and accounting, the real Xen at sharing. A file of its own makes the mapping known by name.
        string file = System.IO.Path.GetTempFileName();
        using (FileStream contents = File.OpenWrite(file))
        {
            foreach (GntdevAbi.GrantReference reference in inserted.Refs)
            {
                contents.Write(new ReadOnlySpan<byte>(granted.Find(reference.Domain, reference.Ref, writable), GrantedPages.PageSize));
            }
        }

        using var descriptor = new DescriptorHandle(Libc.Open(file, Libc.ReadWrite | Libc.CloseOnExec));
        address = Libc.Map(null, (nuint)length, Libc.ProtectRead | Libc.ProtectWrite, Libc.MapShared, descriptor, 0);
        File.Delete(file);
        _inserted[offset] = inserted with { File = file };
        return 0;
    }

    private int Insert(GntdevAbi.MapArgument* argument)
    {
        var refs = new ReadOnlySpan<GntdevAbi.GrantReference>(argument + 1, (int)argument->Count);
        argument->Index = _nextIndex;
        _inserted[_nextIndex] = new Inserted(refs.ToArray(), null);
        _nextIndex += argument->Count * 4096UL;
        return 0;
    }

    // As the kernel: what is mapped cannot be removed.
    private int Remove(GntdevAbi.UnmapArgument* argument)
    {
        if (!_inserted.TryGetValue(argument->Index, out Inserted? inserted) || inserted.Refs.Length != argument->Count)
        {
            return -(int)XenErrno.ENOENT;
        }

        if (inserted.File is { } file && IsMapped(file))
        {
            return -(int)XenErrno.EBUSY;
        }

        _inserted.Remove(argument->Index);
        return 0;
    }

    private int Copy(GntdevAbi.CopyArgument* argument)
    {
        CopyRequests.Add((int)argument->Count);
        for (uint i = 0; i < argument->Count; i++)
        {
            ref GntdevAbi.CopySegment segment = ref argument->Segments[i];
            bool isFromPeer = segment.Flags == GntdevAbi.SourceIsGrant;
            GntdevAbi.CopySide peer = isFromPeer ? segment.Source : segment.Destination;
            byte* local = isFromPeer ? segment.Destination.Virtual : segment.Source.Virtual;
            if (local == UnreachableAddress)
            {
                return -(int)XenErrno.EFAULT;
            }

            byte* page = granted.Find(peer.Domain, peer.Ref, !isFromPeer);
            segment.Status = page is null ? (short)GrantStatus.BadGrantRef : (short)GrantStatus.Okay;
            if (page is not null)
            {
                byte* from = isFromPeer ? page + peer.Offset : local;
                byte* to = isFromPeer ? local : page + peer.Offset;
                Buffer.MemoryCopy(from, to, segment.Length, segment.Length);
            }
        }

        return 0;
    }

    private static bool IsMapped(string file) =>
        File.ReadLines("/proc/self/maps").Any(line => line.Contains(file, StringComparison.Ordinal));

    private sealed record Inserted(GntdevAbi.GrantReference[] Refs, string? File);
}
