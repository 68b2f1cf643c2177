using Xen.Platform;
using Xen.Platform.Abi;

namespace Xen.Grants;

/// <summary>Version 1: entries of 8 bytes with a 32-bit frame number (xen-protocols 1.6).</summary>
internal sealed unsafe class GrantAbiV1(IHypervisor hypervisor, int maxFrames) : IGrantAbi
{
    private readonly GrantEntryV1*[] _frames = new GrantEntryV1*[maxFrames];

    public GrantTableVersion Version => GrantTableVersion.V1;

    public int EntriesPerFrame => PageSize.Bytes / sizeof(GrantEntryV1);

    public ulong LastFrame => uint.MaxValue;

    public bool TryAddFrame(uint index)
    {
        byte* frame = hypervisor.PlaceGrantFrame(index);
        _frames[index] = (GrantEntryV1*)frame;
        return frame is not null;
    }

    public void Publish(uint reference, DomainId peer, ulong frame, GrantAccess access)
    {
        GrantEntryV1* entry = Entry(reference);
        entry->Domid = peer.Value;
        entry->Frame = (uint)frame;
        GrantEntryFlags flags = GrantEntryFlags.PermitAccess | (access == GrantAccess.ReadOnly ? GrantEntryFlags.ReadOnly : 0);
        // Release. Partner: Xen reads the flags before it reads domain and frame, so a valid entry is whole.
        Volatile.Write(ref *(ushort*)&entry->Flags, (ushort)flags);
    }

    public bool TryRevoke(uint reference)
    {
        const GrantEntryFlags InUse = GrantEntryFlags.Reading | GrantEntryFlags.Writing;
        ref ushort flags = ref *(ushort*)&Entry(reference)->Flags;
        ushort seen = Volatile.Read(ref flags);
        while (((GrantEntryFlags)seen & InUse) == 0)
        {
            // Looked at and cleared in one exchange: between a test and a clear the peer could map the page (XSA-396).
            ushort found = Interlocked.CompareExchange(ref flags, (ushort)0, seen);
            if (found == seen)
            {
                return true;
            }

            seen = found;
        }

        return false;
    }

    private GrantEntryV1* Entry(uint reference)
    {
        const int PerFrame = PageSize.Bytes / 8;
        return _frames[reference / PerFrame] + (reference % PerFrame);
    }
}
