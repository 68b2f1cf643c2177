using System.Diagnostics.CodeAnalysis;

namespace Xen.Rings;

/// <summary>
/// A request in its validated form: made from a private copy of a slot by <see cref="BlkifRequestCheck"/>, whose every property a backend may
/// use as it is.
/// </summary>
public struct BlkifCheckedRequest
{
    private BlkifRequestSegments _segments;
    private BlkifIndirectGrefs _indirectGrefs;

    /// <summary>Goes into the response as it came; means nothing here.</summary>
    public ulong Id { get; internal set; }

    /// <summary>Goes into the response: the operation, or what an indirect one means.</summary>
    public byte ResponseOperation { get; internal set; }

    /// <summary>Read, write, flush or discard.</summary>
    public BlkifOperation Operation { get; internal set; }

    /// <summary>True when the segments are still in pages of the frontend's: <see cref="IndirectGrefs"/>.</summary>
    public bool IsIndirect { get; internal set; }

    /// <summary>First sector, in 512 bytes. The end of a direct request or discard was checked, that of an indirect one is not known yet.</summary>
    public ulong Sector { get; internal set; }

    /// <summary>How many sectors of 512 bytes; 0 for a flush without data, and for an indirect request until its segments are checked.</summary>
    public ulong SectorCount { get; internal set; }

    /// <summary>How many segments; 0 for a discard.</summary>
    public int SegmentCount { get; internal set; }

    /// <summary>The segments of a direct request, checked; none of an indirect one.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<BlkifRequestSegment> Segments => _segments[..(IsIndirect ? 0 : SegmentCount)];

    /// <summary>The pages of segments that an indirect request names; none of a direct one.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<uint> IndirectGrefs =>
        _indirectGrefs[..(IsIndirect ? (SegmentCount + Blkif.SegmentsPerIndirectPage - 1) / Blkif.SegmentsPerIndirectPage : 0)];

    internal void SetDirect(in BlkifRequest direct)
    {
        SegmentCount = direct.NrSegments;
        _segments = direct.Seg;
    }

    internal void SetIndirect(in BlkifRequestIndirect indirect)
    {
        IsIndirect = true;
        SegmentCount = indirect.NrSegments;
        _indirectGrefs = indirect.IndirectGrefs;
    }
}
