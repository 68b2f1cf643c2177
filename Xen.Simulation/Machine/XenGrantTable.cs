using Xen.Platform;
using Xen.Platform.Abi;

namespace Xen.Simulation.Machine;

/// <summary>Xen's side of a domain's grant table: it enforces what the entries say.</summary>
internal sealed unsafe class XenGrantTable(XenDomain domain, HostMemory pages, int firstPage, int maxFrames)
{
    private const int EntriesPerFrame = PageSize.Bytes / 8;

    private ActiveGrant[] _active = [];

    public int FrameCount { get; private set; }

    public int MaxFrames => maxFrames;

    public uint EntryCount => (uint)(FrameCount * EntriesPerFrame);

    /// <summary>Counts resets: what was acquired before one is not released after it.</summary>
    public int Generation { get; private set; }

    /// <summary>Makes the table at least so large.</summary>
    public bool TryGrow(int frameCount)
    {
        if (frameCount > maxFrames)
        {
            return false;
        }

        if (frameCount > FrameCount)
        {
            FrameCount = frameCount;
            Array.Resize(ref _active, (int)EntryCount);
        }

        return true;
    }

    public byte* Frame(int index) => pages.Page(firstPage + index);

    /// <summary>Every entry gone: a new domain.</summary>
    public void Reset()
    {
        for (int i = 0; i < FrameCount; i++)
        {
            new Span<byte>(Frame(i), PageSize.Bytes).Clear();
        }

        Generation++;
        FrameCount = 0;
        _active = [];
    }

    /// <summary>True when the entry lets somebody in.</summary>
    public bool IsGranted(uint reference, out ushort peer)
    {
        uint word = Volatile.Read(ref *Word(reference));
        peer = (ushort)(word >> 16);
        return ((GrantEntryFlags)(ushort)word & GrantEntryFlags.Transitive) != 0;
    }

    /// <summary>Takes a grant for use by another domain: checks the entry, marks it used, and finds the page.</summary>
    public GrantStatus Acquire(uint reference, ushort grantee, bool isWrite, out byte* page)
    {
        page = null;
        if (reference >= EntryCount)
        {
            return GrantStatus.BadGrantRef;
        }

        ref ActiveGrant active = ref _active[reference];
        if (!active.IsIdle && active.Domain != grantee)
        {
            return GrantStatus.GeneralError;
        }

        if (active.IsIdle || (isWrite && active.Writers == 0))
        {
            GrantStatus status = Pin(reference, grantee, isWrite, ref active);
            if (status != GrantStatus.Okay)
            {
                return status;
            }
        }

        active.Domain = grantee;
        active.Readers += isWrite ? 0 : 1;
        active.Writers += isWrite ? 1 : 0;
        page = active.Page;
        return GrantStatus.Okay;
    }

    /// <summary>Ends one use.</summary>
    public void Release(uint reference, bool isWrite)
    {
        ref ActiveGrant active = ref _active[reference];
        active.Readers -= isWrite ? 0 : 1;
        active.Writers -= isWrite ? 1 : 0;
        if (active.Writers == 0 && isWrite)
        {
            Clear(reference, GrantEntryFlags.Writing);
        }

        if (active.IsIdle)
        {
            Clear(reference, GrantEntryFlags.Reading);
        }
    }

    // Flags and domain are one word: the guest can change either at any time, so both are checked and marked in one exchange.
    private GrantStatus Pin(uint reference, ushort grantee, bool isWrite, ref ActiveGrant active)
    {
        uint* word = Word(reference);
        uint seen = Volatile.Read(ref *word);
        while (true)
        {
            var flags = (GrantEntryFlags)(ushort)seen;
            if ((flags & GrantEntryFlags.Transitive) != GrantEntryFlags.PermitAccess || seen >> 16 != grantee)
            {
                return GrantStatus.GeneralError;
            }

            if (isWrite && (flags & GrantEntryFlags.ReadOnly) != 0)
            {
                return GrantStatus.GeneralError;
            }

            uint marked = seen | (uint)(GrantEntryFlags.Reading | (isWrite ? GrantEntryFlags.Writing : 0));
            uint found = Interlocked.CompareExchange(ref *word, marked, seen);
            if (found == seen)
            {
                break;
            }

            seen = found;
        }

        if (!active.IsIdle)
        {
            return GrantStatus.Okay;
        }

        active.Page = domain.Physmap.OwnPage(Volatile.Read(ref Entry(reference)->Frame));
        if (active.Page is not null)
        {
            return GrantStatus.Okay;
        }

        Clear(reference, GrantEntryFlags.Reading | GrantEntryFlags.Writing);
        return GrantStatus.BadPage;
    }

    private void Clear(uint reference, GrantEntryFlags flags) => Interlocked.And(ref *Word(reference), ~(uint)flags);

    private uint* Word(uint reference) => (uint*)Entry(reference);

    private GrantEntryV1* Entry(uint reference) =>
        (GrantEntryV1*)Frame((int)(reference / EntriesPerFrame)) + (reference % EntriesPerFrame);
}
