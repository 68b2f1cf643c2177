namespace Xen.Rings;

/// <summary>Flags of a receive response (<c>NETRXF_*</c>).</summary>
[Flags]
public enum NetifRxFlags : ushort
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The data is known to be right.</summary>
    DataValidated = 1,

    /// <summary>The checksum field holds the pseudo header's sum only.</summary>
    CsumBlank = 2,

    /// <summary>The packet goes on in the next slot.</summary>
    MoreData = 4,

    /// <summary>Extra info follows this slot.</summary>
    ExtraInfo = 8,

    /// <summary>The slot says the segment size of the next one (old Windows peers; never negotiated here).</summary>
    GsoPrefix = 16,
}
