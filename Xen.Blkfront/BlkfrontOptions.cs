using Xen.Rings;
using Xen.Store;

namespace Xen.Blkfront;

/// <summary>How a block front end behaves. Memory is taken when a device connects; where less is free than wanted it makes do with less.</summary>
public sealed record BlkfrontOptions
{
    /// <summary>The defaults.</summary>
    public static BlkfrontOptions Default { get; } = new();

    /// <summary>The ring gets at most 2^this pages, 0 to 4, and no more than the backend takes.</summary>
    public uint RingPageOrder { get; init; }

    /// <summary>
    /// Segments in a request at most, 1 to 512, each a page; no more than the backend takes. Beyond 11 they go into a page of their own.
    /// </summary>
    public int MaxSegments { get; init; } = 32;

    /// <summary>Pages for data of callers' buffers on its way, at least 1. They bound what is copied at the same time.</summary>
    public int CopyPages { get; init; } = 256;

    /// <summary>Pages for buffers that callers reserve; 0 for none.</summary>
    public int ReservedPages { get; init; } = 128;

    /// <summary>
    /// The pages of data stay granted for as long as the connection lasts, and a backend may keep them mapped (<c>feature-persistent</c>): it
    /// maps each page once instead of once for each request, and every byte is copied once more. False: a page is granted for one request, and
    /// reserved buffers are not copied, which is best for large requests. Always so where pages cannot be granted singly (Linux).
    /// </summary>
    public bool KeepGrants { get; init; }

    /// <summary>How long to wait for the backend.</summary>
    public XenbusTimeouts Timeouts { get; init; } = XenbusTimeouts.Default;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(RingPageOrder, Blkif.MaxRingPageOrder);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxSegments, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxSegments, Blkif.SegmentsPerIndirectPage);
        ArgumentOutOfRangeException.ThrowIfLessThan(CopyPages, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(ReservedPages);
    }
}
