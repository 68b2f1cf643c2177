using Xen.Platform;
using Xen.Platform.Abi;

namespace Xen.Simulation.Machine;

/// <summary>Xen's side of a domain's grant table: it enforces what the entries say.</summary>
internal sealed unsafe class XenGrantTable
{
    private const uint ReservedEntries = 8;
    private const int EntriesPerFrameV2 = PageSize.Bytes / 16;
    private const int FramesPerStatusFrame = GrantEntryV2.StatusesPerFrame / EntriesPerFrameV2;

    private readonly Physmap _physmap;
    private readonly HostMemory _pages;
    private readonly int _firstPage;
    private readonly int _firstStatusPage;
    private IGrantEntries _entries;
    private ActiveGrant[] _active = [];

    public XenGrantTable(Physmap physmap, HostMemory pages, int firstPage, int maxFrames)
    {
        _physmap = physmap;
        _pages = pages;
        _firstPage = firstPage;
        _firstStatusPage = firstPage + maxFrames;
        MaxFrames = maxFrames;
        _entries = EntriesOf(version: 1);
    }

    public uint Version => _entries.Version;

    public int FrameCount { get; private set; }

    public int MaxFrames { get; }

    public uint EntryCount => (uint)_active.Length;

    /// <summary>Counts resets: what was acquired before one is not released after it.</summary>
    public int Generation { get; private set; }

    private int StatusFrameCount => Version == 2 ? StatusFramesFor(FrameCount) : 0;

    /// <summary>Pages for a table of so many frames and their status frames.</summary>
    public static int PagesFor(int maxFrames) => maxFrames + StatusFramesFor(maxFrames);

    /// <summary>Makes the table at least so large.</summary>
    public bool TryGrow(int frameCount)
    {
        if (frameCount > MaxFrames)
        {
            return false;
        }

        if (frameCount > FrameCount)
        {
            FrameCount = frameCount;
            Array.Resize(ref _active, FrameCount * _entries.PerFrame);
        }

        return true;
    }

    /// <summary>The frame that an index of <c>XENMAPSPACE_grant_table</c> names, growing the table up to it; null when there is none.</summary>
    public byte* FrameAt(ulong index)
    {
        if (Version == 2 && (index & XenAddToPhysmap.StatusIndex) != 0)
        {
            return StatusFrameAt(index & ~XenAddToPhysmap.StatusIndex);
        }

        return index < (ulong)MaxFrames && TryGrow((int)index + 1) ? _pages.Page(_firstPage + (int)index) : null;
    }

    /// <summary>Every entry gone: a new domain.</summary>
    public void Reset()
    {
        ClearPages(_firstPage, FrameCount);
        ClearPages(_firstStatusPage, StatusFrameCount);
        Generation++;
        FrameCount = 0;
        _active = [];
        _entries = EntriesOf(version: 1);
    }

    /// <summary>Changes the version. The toolstack's entries stay; all others are empty after it.</summary>
    /// <returns>False while an entry that is not the toolstack's is in use.</returns>
    public bool TrySetVersion(uint version)
    {
        if (version == Version)
        {
            return true;
        }

        for (uint reference = ReservedEntries; reference < EntryCount; reference++)
        {
            if (!_active[reference].IsIdle)
            {
                return false;
            }
        }

        IGrantEntries old = _entries;
        int reserved = (int)Math.Min(ReservedEntries, EntryCount);
        var kept = new (uint Header, GrantEntryFlags Marks, ulong Frame)[reserved];
        for (uint reference = 0; reference < reserved; reference++)
        {
            kept[reference] = (old.Header(reference), old.MarksOf(reference), old.FrameOf(reference));
        }

        RemoveStatusFrames();
        ClearPages(_firstPage, FrameCount);
        _entries = EntriesOf(version);
        Array.Resize(ref _active, FrameCount * _entries.PerFrame);
        for (uint reference = 0; reference < reserved; reference++)
        {
            _entries.Write(reference, kept[reference].Header, kept[reference].Marks, kept[reference].Frame);
        }

        return true;
    }

    /// <summary>True when the entry lets somebody in, or somebody has not left yet.</summary>
    public bool IsGranted(uint reference, out ushort peer)
    {
        uint header = _entries.Header(reference);
        peer = (ushort)(header >> 16);
        return ((GrantEntryFlags)(ushort)header & GrantEntryFlags.Transitive) != 0 || !_active[reference].IsIdle;
    }

    /// <summary>Takes a grant of a whole page for use by another domain: checks the entry, marks it used, and finds the page.</summary>
    public GrantStatus Acquire(uint reference, ushort grantee, bool isWrite, out byte* page)
    {
        GrantStatus status = AcquirePart(reference, grantee, isWrite, out page, out (int First, int Length) part);
        if (status == GrantStatus.Okay && part != (0, PageSize.Bytes))
        {
            Release(reference, isWrite);
            page = null;
            return GrantStatus.GeneralError;
        }

        return status;
    }

    /// <summary>Takes a grant for a copy, which may be of a part of a page.</summary>
    public GrantStatus AcquirePart(uint reference, ushort grantee, bool isWrite, out byte* page, out (int First, int Length) part)
    {
        page = null;
        part = default;
        if (reference >= (uint)_active.Length)
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
        part = active.Part;
        return GrantStatus.Okay;
    }

    /// <summary>Ends one use.</summary>
    public void Release(uint reference, bool isWrite)
    {
        ref ActiveGrant active = ref _active[reference];
        active.Readers -= isWrite ? 0 : 1;
        active.Writers -= isWrite ? 1 : 0;
        GrantEntryFlags ended = active.Writers == 0 && isWrite ? GrantEntryFlags.Writing : 0;
        ended |= active.IsIdle ? GrantEntryFlags.Reading : 0;
        if (ended != 0)
        {
            _entries.Unmark(reference, ended);
        }
    }

    private GrantStatus Pin(uint reference, ushort grantee, bool isWrite, ref ActiveGrant active)
    {
        if (!_entries.TryMark(reference, grantee, isWrite, out ulong frame, out (int First, int Length) part))
        {
            return GrantStatus.GeneralError;
        }

        if (!active.IsIdle)
        {
            return GrantStatus.Okay;
        }

        active.Part = part;
        active.Page = _physmap.OwnPage(frame);
        bool isWhole = active.Part.First + active.Part.Length <= PageSize.Bytes;
        if (active.Page is not null && isWhole)
        {
            return GrantStatus.Okay;
        }

        _entries.Unmark(reference, GrantEntryFlags.Reading | GrantEntryFlags.Writing);
        return GrantStatus.BadPage;
    }

    private static int StatusFramesFor(int frames) => (frames + FramesPerStatusFrame - 1) / FramesPerStatusFrame;

    private IGrantEntries EntriesOf(uint version) =>
        version == 2 ? new GrantEntriesV2(_pages, _firstPage, _firstStatusPage) : new GrantEntriesV1(_pages, _firstPage);

    private byte* StatusFrameAt(ulong index)
    {
        bool isThere = index < (ulong)StatusFramesFor(MaxFrames) && ((int)index < StatusFrameCount || TryGrow(((int)index + 1) * FramesPerStatusFrame));
        return isThere ? _pages.Page(_firstStatusPage + (int)index) : null;
    }

    private void RemoveStatusFrames()
    {
        for (int i = 0; i < StatusFrameCount; i++)
        {
            _physmap.RemoveSpecial(_pages.Page(_firstStatusPage + i));
        }

        ClearPages(_firstStatusPage, StatusFrameCount);
    }

    private void ClearPages(int first, int count)
    {
        for (int i = 0; i < count; i++)
        {
            new Span<byte>(_pages.Page(first + i), PageSize.Bytes).Clear();
        }
    }
}
