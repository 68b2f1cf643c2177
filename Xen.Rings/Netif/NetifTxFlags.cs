namespace Xen.Rings;

/// <summary>Flags of a transmit request (<c>NETTXF_*</c>).</summary>
[Flags]
public enum NetifTxFlags : ushort
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The checksum field holds the pseudo header's sum only.</summary>
    CsumBlank = 1,

    /// <summary>The data is known to be right.</summary>
    DataValidated = 2,

    /// <summary>The packet goes on in the next slot.</summary>
    MoreData = 4,

    /// <summary>Extra info follows this slot.</summary>
    ExtraInfo = 8,
}
