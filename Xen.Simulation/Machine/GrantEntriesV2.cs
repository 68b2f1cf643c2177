using Xen.Platform;
using Xen.Platform.Abi;

namespace Xen.Simulation.Machine;

/// <summary>Version 2: the domain writes the entries, Xen marks what is used in status frames of its own.</summary>
internal sealed unsafe class GrantEntriesV2(HostMemory pages, int firstPage, int firstStatusPage) : IGrantEntries
{
    public uint Version => 2;

    public int PerFrame => PageSize.Bytes / sizeof(GrantEntryV2);

    public uint Header(uint reference) => Volatile.Read(ref *(uint*)Entry(reference));

    public ulong FrameOf(uint reference) => Volatile.Read(ref Entry(reference)->Frame);

    // Marked first, and looked at again behind a fence: a domain that takes the entry back in between sees the mark, or we see that it is gone.
    public bool TryMark(uint reference, ushort grantee, bool isWrite, out ulong frame, out (int First, int Length) part)
    {
        frame = 0;
        part = default;
        if (!GrantHeader.LetsIn(Header(reference), grantee, isWrite))
        {
            return false;
        }

        GrantEntryFlags before = MarksOf(reference);
        GrantEntryFlags marks = GrantEntryFlags.Reading | (isWrite ? GrantEntryFlags.Writing : 0);
        Mark(reference, before | marks);
        Interlocked.MemoryBarrier();
        if (GrantHeader.LetsIn(Header(reference), grantee, isWrite))
        {
            frame = FrameOf(reference);
            part = RangeOf(reference);
            return true;
        }

        Mark(reference, before);
        return false;
    }

    public void Unmark(uint reference, GrantEntryFlags marks) => Mark(reference, MarksOf(reference) & ~marks);

    public GrantEntryFlags MarksOf(uint reference) => (GrantEntryFlags)Volatile.Read(ref *Status(reference));

    public void Write(uint reference, uint header, GrantEntryFlags marks, ulong frame)
    {
        Mark(reference, marks);
        Entry(reference)->Frame = frame;
        Volatile.Write(ref *(uint*)Entry(reference), header);
    }

    private (int First, int Length) RangeOf(uint reference)
    {
        GrantEntryV2* entry = Entry(reference);
        return ((GrantEntryFlags)(ushort)Header(reference) & GrantEntryFlags.SubPage) != 0
            ? (Volatile.Read(ref entry->PageOffset), Volatile.Read(ref entry->Length))
            : (0, PageSize.Bytes);
    }

    // Xen alone changes a status word of an entry that is in use, and it does so for one caller at a time.
    private void Mark(uint reference, GrantEntryFlags marks) => Volatile.Write(ref *Status(reference), (ushort)marks);

    private GrantEntryV2* Entry(uint reference) =>
        (GrantEntryV2*)pages.Page(firstPage + (int)(reference / (uint)PerFrame)) + (reference % (uint)PerFrame);

    private ushort* Status(uint reference) =>
        (ushort*)pages.Page(firstStatusPage + (int)(reference / GrantEntryV2.StatusesPerFrame)) + (reference % GrantEntryV2.StatusesPerFrame);
}
