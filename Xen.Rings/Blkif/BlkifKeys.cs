using System.Numerics;

namespace Xen.Rings;

/// <summary>
/// The xenstore keys of a block device (xen-protocols 1.12), and how their values are read: each parser takes a node's bytes and
/// refuses what is not exactly a number in its range (R12).
/// </summary>
public static class BlkifKeys
{
    /// <summary>Front: the ring's page, when it is one.</summary>
    public const string RingRef = "ring-ref";

    /// <summary>Front: the ring's event channel.</summary>
    public const string EventChannel = "event-channel";

    /// <summary>Front: the layout of the ring, <see cref="Blkif.ProtocolX8664"/>.</summary>
    public const string Protocol = "protocol";

    /// <summary>Front: the ring has 2^this pages, each under <see cref="RingRefOf"/>.</summary>
    public const string RingPageOrder = "ring-page-order";

    /// <summary>Front: how many queues it uses.</summary>
    public const string MultiQueueNumQueues = "multi-queue-num-queues";

    /// <summary>Back: the longest ring it takes.</summary>
    public const string MaxRingPageOrder = "max-ring-page-order";

    /// <summary>Both: pages stay mapped between requests.</summary>
    public const string FeaturePersistent = "feature-persistent";

    /// <summary>Back: segments in an indirect request.</summary>
    public const string FeatureMaxIndirectSegments = "feature-max-indirect-segments";

    /// <summary>Back: <see cref="BlkifOperation.FlushDiskcache"/> is offered.</summary>
    public const string FeatureFlushCache = "feature-flush-cache";

    /// <summary>Back: <see cref="BlkifOperation.WriteBarrier"/> is offered.</summary>
    public const string FeatureBarrier = "feature-barrier";

    /// <summary>Back: <see cref="BlkifOperation.Discard"/> is offered.</summary>
    public const string FeatureDiscard = "feature-discard";

    /// <summary>Back: the unit of discards, in bytes.</summary>
    public const string DiscardGranularity = "discard-granularity";

    /// <summary>Back: where that unit begins, in bytes.</summary>
    public const string DiscardAlignment = "discard-alignment";

    /// <summary>Back: secure discards are offered.</summary>
    public const string DiscardSecure = "discard-secure";

    /// <summary>Back: the size, in 512 bytes whatever the sector size.</summary>
    public const string Sectors = "sectors";

    /// <summary>Back: bytes in a sector.</summary>
    public const string SectorSize = "sector-size";

    /// <summary>Back: bytes that the medium writes at once.</summary>
    public const string PhysicalSectorSize = "physical-sector-size";

    /// <summary>Back: a sum of <see cref="InfoCdrom"/>, <see cref="InfoRemovable"/>, <see cref="InfoReadOnly"/>.</summary>
    public const string Info = "info";

    /// <summary>Toolstack, at the back end: <c>r</c> or <c>w</c>.</summary>
    public const string Mode = "mode";

    /// <summary>Toolstack, at the back end: what is served, for example the path of an image.</summary>
    public const string Params = "params";

    /// <summary>A bit of <see cref="Info"/>.</summary>
    public const uint InfoCdrom = 1;

    /// <summary>A bit of <see cref="Info"/>.</summary>
    public const uint InfoRemovable = 2;

    /// <summary>A bit of <see cref="Info"/>.</summary>
    public const uint InfoReadOnly = 4;

    private const uint SmallestSector = 512;
    private const uint LargestSector = 4096;
    private const uint LargestPhysicalSector = 1 << 30;

    /// <summary>The key of one page of a ring of several: <c>ring-ref0</c>.</summary>
    /// <param name="page">0 to 15.</param>
    public static string RingRefOf(int page) => $"{RingRef}{page}";

    /// <summary>Reads <see cref="Sectors"/>: so many that their bytes still fit a signed 64-bit number.</summary>
    /// <param name="text">The value.</param>
    /// <param name="sectors">The number of sectors of 512 bytes.</param>
    public static bool TryParseSectors(ReadOnlySpan<byte> text, out ulong sectors) =>
        StoreNumber.TryParse(text, 0, long.MaxValue / Blkif.SectorSize, out sectors);

    /// <summary>Reads <see cref="SectorSize"/>: a power of two from 512 to 4096, since a sector may not cross a page.</summary>
    /// <param name="text">The value.</param>
    /// <param name="bytes">Bytes in a sector.</param>
    public static bool TryParseSectorSize(ReadOnlySpan<byte> text, out int bytes) =>
        TryParsePowerOfTwo(text, SmallestSector, LargestSector, out bytes);

    /// <summary>Reads <see cref="PhysicalSectorSize"/>: a power of two from the sector size to 1 GiB.</summary>
    /// <param name="text">The value.</param>
    /// <param name="sectorSize">Bytes in a sector.</param>
    /// <param name="bytes">Bytes that the medium writes at once.</param>
    public static bool TryParsePhysicalSectorSize(ReadOnlySpan<byte> text, int sectorSize, out int bytes) =>
        TryParsePowerOfTwo(text, (uint)sectorSize, LargestPhysicalSector, out bytes);

    /// <summary>Reads <see cref="Info"/>. Bits that mean nothing yet are let through.</summary>
    /// <param name="text">The value.</param>
    /// <param name="info">The bits.</param>
    public static bool TryParseInfo(ReadOnlySpan<byte> text, out uint info) => StoreNumber.TryParse(text, 0u, uint.MaxValue, out info);

    /// <summary>Reads <see cref="MaxRingPageOrder"/> or <see cref="RingPageOrder"/>.</summary>
    /// <param name="text">The value.</param>
    /// <param name="maximum">The greatest that is accepted.</param>
    /// <param name="order">The ring has 2^this pages.</param>
    public static bool TryParseRingPageOrder(ReadOnlySpan<byte> text, uint maximum, out uint order) =>
        StoreNumber.TryParse(text, 0u, maximum, out order);

    /// <summary>Reads <see cref="FeatureMaxIndirectSegments"/>: up to what a request can name at all.</summary>
    /// <param name="text">The value.</param>
    /// <param name="segments">Segments in an indirect request; 0 when they are not offered.</param>
    public static bool TryParseMaxIndirectSegments(ReadOnlySpan<byte> text, out uint segments) =>
        StoreNumber.TryParse(text, 0u, Blkif.MaxIndirectPagesPerRequest * Blkif.SegmentsPerIndirectPage, out segments);

    /// <summary>Reads a reference or an event channel: any 32-bit number; whether it is ours to use, Xen tells.</summary>
    /// <param name="text">The value.</param>
    /// <param name="number">The number.</param>
    public static bool TryParseNumber(ReadOnlySpan<byte> text, out uint number) => StoreNumber.TryParse(text, 0u, uint.MaxValue, out number);

    /// <summary>Reads a feature: <c>0</c> or <c>1</c>.</summary>
    /// <param name="text">The value.</param>
    /// <param name="isOffered">True for <c>1</c>.</param>
    public static bool TryParseFeature(ReadOnlySpan<byte> text, out bool isOffered) => StoreNumber.TryParseSwitch(text, out isOffered);

    private static bool TryParsePowerOfTwo(ReadOnlySpan<byte> text, uint minimum, uint maximum, out int value)
    {
        bool parsed = StoreNumber.TryParse(text, minimum, maximum, out uint number) && BitOperations.IsPow2(number);
        value = parsed ? (int)number : 0;
        return parsed;
    }
}
