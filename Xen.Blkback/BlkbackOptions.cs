using Xen.Rings;
using Xen.Store;

namespace Xen.Blkback;

/// <summary>What a block back end offers, and how much it does at once.</summary>
public sealed record BlkbackOptions
{
    /// <summary>The defaults.</summary>
    public static BlkbackOptions Default { get; } = new();

    /// <summary>Rings of up to 2^this pages are taken, 0 to 4.</summary>
    public uint MaxRingPageOrder { get; init; } = Blkif.MaxRingPageOrder;

    /// <summary>Segments in an indirect request, up to 512; 0 offers none. Linux's back end offers 256.</summary>
    public int MaxIndirectSegments { get; init; } = 256;

    /// <summary>True to offer flushes.</summary>
    public bool OffersFlush { get; init; } = true;

    /// <summary>True to offer discards, where the store has them.</summary>
    public bool OffersDiscard { get; init; } = true;

    /// <summary>Requests carried out before others get their turn, at least 1: a front end that never stops cannot hold them up.</summary>
    public int RequestsPerTurn { get; init; } = 32;

    /// <summary>How long to wait for the front end.</summary>
    public XenbusTimeouts Timeouts { get; init; } = XenbusTimeouts.Default;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxRingPageOrder, Blkif.MaxRingPageOrder);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxIndirectSegments);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxIndirectSegments, Blkif.SegmentsPerIndirectPage);
        ArgumentOutOfRangeException.ThrowIfLessThan(RequestsPerTurn, 1);
    }
}
