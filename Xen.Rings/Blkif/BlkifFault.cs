namespace Xen.Rings;

/// <summary>What is wrong with a request. Its frontend gets <see cref="BlkifStatus"/> for it; the backend goes on.</summary>
public enum BlkifFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>An operation that is unknown, or that this backend does not offer: <see cref="BlkifStatus.EOpNotSupp"/>.</summary>
    NotOffered,

    /// <summary>No segments where some are needed, or more than the form or the backend allows.</summary>
    SegmentCount,

    /// <summary>A segment that ends before it begins, or behind its page.</summary>
    SegmentRange,

    /// <summary>Sectors beyond the end of the device.</summary>
    OutOfRange,

    /// <summary>A start or a length that is not a whole number of the device's sectors.</summary>
    Misaligned,

    /// <summary>The device is read-only.</summary>
    ReadOnly,

    /// <summary>An indirect request for something other than a read or a write.</summary>
    IndirectOperation,
}
