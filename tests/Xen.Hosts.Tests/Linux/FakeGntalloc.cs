using Xen.Linux;
using Xen.Platform;

namespace Xen.Hosts.Tests.Linux;

/// <summary><c>/dev/xen/gntalloc</c> over this process's memory, and what <see cref="FakeGntdev"/> finds granted.</summary>
internal sealed unsafe class FakeGntalloc : FakeDevice
{
    private readonly SortedDictionary<ulong, Grant> _grants = [];
    private ulong _nextIndex = 0x10000;
    private uint _nextRef = 8;

    public override string Path => "fake gntalloc";

    internal int Limit { get; init; } = 64;

    internal int MapError { get; set; }

    internal int GrantedPages => _grants.Values.Sum(static grant => grant.Count);

    internal (ulong Index, uint Action, uint Port)? Notification { get; private set; }

    public override int Ioctl(uint request, void* argument) => request switch
    {
        GntallocAbi.Allocate => Allocate((GntallocAbi.AllocateArgument*)argument),
        GntallocAbi.Deallocate => Deallocate((GntallocAbi.DeallocateArgument*)argument),
        GntallocAbi.SetUnmapNotify => Notify((GntallocAbi.UnmapNotifyArgument*)argument),
        _ => -(int)XenErrno.ENOTTY,
    };

    public override int Map(int length, bool writable, ulong offset, out byte* address)
    {
        address = null;
        if (MapError != 0)
        {
            return -MapError;
        }

        Grant grant = _grants[offset];
        Assert.Equal(grant.Count * Xen.Grants.GrantedPages.PageSize, length);
        Assert.True(writable);
        address = Libc.MapMemory(null, (nuint)length, Libc.ProtectRead | Libc.ProtectWrite, Libc.MapPrivate | Libc.MapAnonymous, -1, 0);
        _grants[offset] = grant with { Address = (nint)address };
        return 0;
    }

    /// <summary>Where a granted page is, if the access is allowed.</summary>
    internal byte* Find(uint domain, uint reference, bool forWriting)
    {
        foreach (Grant grant in _grants.Values)
        {
            if (reference >= grant.FirstRef && reference < grant.FirstRef + grant.Count && grant.Domain == domain
                && (grant.IsWritable || !forWriting))
            {
                return (byte*)grant.Address + ((reference - grant.FirstRef) * Xen.Grants.GrantedPages.PageSize);
            }
        }

        return null;
    }

    private int Allocate(GntallocAbi.AllocateArgument* argument)
    {
        if (GrantedPages + argument->Count > Limit)
        {
            return -(int)XenErrno.ENOSPC;
        }

        argument->Index = _nextIndex;
        uint* refs = (uint*)(argument + 1);
        for (uint i = 0; i < argument->Count; i++)
        {
            refs[i] = _nextRef + i;
        }

        bool isWritable = (argument->Flags & GntallocAbi.Writable) != 0;
        _grants[_nextIndex] = new Grant(argument->Domain, _nextRef, (int)argument->Count, isWritable, 0);
        _nextRef += argument->Count;
        _nextIndex += argument->Count * 4096;
        return 0;
    }

    private int Deallocate(GntallocAbi.DeallocateArgument* argument)
    {
        Assert.Equal((uint)_grants[argument->Index].Count, argument->Count);
        return _grants.Remove(argument->Index) ? 0 : -(int)XenErrno.EINVAL;
    }

    private int Notify(GntallocAbi.UnmapNotifyArgument* argument)
    {
        Notification = (argument->Index, argument->Action, argument->EventChannelPort);
        return 0;
    }

    private sealed record Grant(uint Domain, uint FirstRef, int Count, bool IsWritable, nint Address);
}
