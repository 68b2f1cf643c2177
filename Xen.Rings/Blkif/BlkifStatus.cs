namespace Xen.Rings;

/// <summary>How a block request ended (<c>BLKIF_RSP_*</c>). Every other number counts as <see cref="Error"/> (R4).</summary>
public enum BlkifStatus : short
{
    /// <summary><c>BLKIF_RSP_OKAY</c>.</summary>
    Okay = 0,

    /// <summary><c>BLKIF_RSP_ERROR</c>.</summary>
    Error = -1,

    /// <summary><c>BLKIF_RSP_EOPNOTSUPP</c>.</summary>
    EOpNotSupp = -2,
}
