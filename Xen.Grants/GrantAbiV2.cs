using Xen.Platform;
using Xen.Platform.Abi;
using Xen.Rings;

namespace Xen.Grants;

/// <summary>
/// Version 2: entries of 16 bytes with a 64-bit frame number, and status frames in which Xen marks what a peer uses, so that the guest alone
/// writes the entries (xen-protocols 1.6).
/// </summary>
internal sealed unsafe class GrantAbiV2(IHypervisor hypervisor, int maxFrames) : IGrantAbi
{
    private const int PerFrame = PageSize.Bytes / 16;
    private const int FramesPerStatusFrame = GrantEntryV2.StatusesPerFrame / PerFrame;

    private readonly GrantEntryV2*[] _frames = new GrantEntryV2*[maxFrames];
    private readonly ushort*[] _statusFrames = new ushort*[(maxFrames + FramesPerStatusFrame - 1) / FramesPerStatusFrame];

    public GrantTableVersion Version => GrantTableVersion.V2;

    public int EntriesPerFrame => PerFrame;

    public ulong LastFrame => ulong.MaxValue;

    public bool TryAddFrame(uint index)
    {
        byte* frame = hypervisor.PlaceGrantFrame(index);
        if (frame is null)
        {
            return false;
        }

        uint statusIndex = index / FramesPerStatusFrame;
        if (index % FramesPerStatusFrame == 0)
        {
            _statusFrames[statusIndex] = (ushort*)hypervisor.PlaceGrantStatusFrame(statusIndex);
        }

        _frames[index] = (GrantEntryV2*)frame;
        return _statusFrames[statusIndex] is not null;
    }

    public void Publish(uint reference, DomainId peer, ulong frame, GrantAccess access)
    {
        Volatile.Write(ref *Status(reference), (ushort)0);
        GrantEntryV2* entry = Entry(reference);
        entry->Domid = peer.Value;
        entry->Frame = frame;
        GrantEntryFlags flags = GrantEntryFlags.PermitAccess | (access == GrantAccess.ReadOnly ? GrantEntryFlags.ReadOnly : 0);
        // Release. Partner: Xen reads the flags before it reads domain and frame, so a valid entry is whole.
        Volatile.Write(ref *(ushort*)&entry->Flags, (ushort)flags);
    }

    public bool TryRevoke(uint reference) => GrantStatusWord.TryRevoke<DirectMemory>((ushort*)&Entry(reference)->Flags, Status(reference));

    private GrantEntryV2* Entry(uint reference) => _frames[reference / PerFrame] + (reference % PerFrame);

    private ushort* Status(uint reference) =>
        _statusFrames[reference / GrantEntryV2.StatusesPerFrame] + (reference % GrantEntryV2.StatusesPerFrame);
}
