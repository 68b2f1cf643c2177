using Xen.Platform;
using Xen.Platform.Abi;

namespace Xen.Simulation.Machine;

/// <summary>Version 1: Xen's marks stand in the entry itself, beside what the domain writes.</summary>
internal sealed unsafe class GrantEntriesV1(HostMemory pages, int firstPage) : IGrantEntries
{
    private const GrantEntryFlags Marks = GrantEntryFlags.Reading | GrantEntryFlags.Writing;

    public uint Version => 1;

    public int PerFrame => PageSize.Bytes / sizeof(GrantEntryV1);

    public uint Header(uint reference) => Volatile.Read(ref *Word(reference)) & ~(uint)Marks;

    public ulong FrameOf(uint reference) => Volatile.Read(ref Entry(reference)->Frame);

    // Flags and domain are one word: the guest can change either at any time, so both are checked and marked in one exchange.
    public bool TryMark(uint reference, ushort grantee, bool isWrite, out ulong frame, out (int First, int Length) part)
    {
        GrantEntryV1* entry = Entry(reference);
        uint* word = (uint*)entry;
        uint seen = Volatile.Read(ref *word);
        part = (0, PageSize.Bytes);
        while (GrantHeader.LetsIn(seen, grantee, isWrite))
        {
            uint marked = seen | (uint)(GrantEntryFlags.Reading | (isWrite ? GrantEntryFlags.Writing : 0));
            uint found = Interlocked.CompareExchange(ref *word, marked, seen);
            if (found == seen)
            {
                frame = Volatile.Read(ref entry->Frame);
                return true;
            }

            seen = found;
        }

        frame = 0;
        return false;
    }

    public void Unmark(uint reference, GrantEntryFlags marks) => Interlocked.And(ref *Word(reference), ~(uint)marks);

    public GrantEntryFlags MarksOf(uint reference) => (GrantEntryFlags)(ushort)Volatile.Read(ref *Word(reference)) & Marks;

    public void Write(uint reference, uint header, GrantEntryFlags marks, ulong frame)
    {
        Entry(reference)->Frame = (uint)frame;
        Volatile.Write(ref *Word(reference), header | (uint)marks);
    }

    private uint* Word(uint reference) => (uint*)Entry(reference);

    private GrantEntryV1* Entry(uint reference) =>
        (GrantEntryV1*)pages.Page(firstPage + (int)(reference / (uint)PerFrame)) + (reference % (uint)PerFrame);
}
