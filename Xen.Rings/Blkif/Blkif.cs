namespace Xen.Rings;

/// <summary>The limits that <c>blkif.h</c> sets, for the x86_64 layout of the ring.</summary>
public static class Blkif
{
    /// <summary>Bytes in the sector that every sector number, count and segment is in, whatever the device's own sector size.</summary>
    public const int SectorSize = 512;

    /// <summary>The same as a shift.</summary>
    public const int SectorShift = 9;

    /// <summary>Sectors of 512 bytes in a page.</summary>
    public const int SectorsPerPage = 8;

    /// <summary>Segments in a request itself (<c>BLKIF_MAX_SEGMENTS_PER_REQUEST</c>).</summary>
    public const int MaxSegmentsPerRequest = 11;

    /// <summary>Pages of segments that an indirect request can name (<c>BLKIF_MAX_INDIRECT_PAGES_PER_REQUEST</c>).</summary>
    public const int MaxIndirectPagesPerRequest = 8;

    /// <summary>Segments in a page of segments.</summary>
    public const int SegmentsPerIndirectPage = 512;

    /// <summary>The longest ring that either side of this stack takes: 2^4 pages, as Linux does.</summary>
    public const uint MaxRingPageOrder = 4;

    /// <summary>The <c>protocol</c> of rings in this layout.</summary>
    public const string ProtocolX8664 = "x86_64-abi";

    /// <summary>Slots of a ring of 2^<paramref name="pageOrder"/> pages: 32, 64, 128, 256, 512.</summary>
    /// <param name="pageOrder">0 to <see cref="MaxRingPageOrder"/>.</param>
    public static int RingSize(uint pageOrder)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pageOrder, MaxRingPageOrder);
        return 32 << (int)pageOrder;
    }
}
