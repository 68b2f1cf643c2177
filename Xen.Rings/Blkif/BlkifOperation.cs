namespace Xen.Rings;

/// <summary>What a block request asks for (<c>BLKIF_OP_*</c>).</summary>
public enum BlkifOperation : byte
{
    /// <summary><c>BLKIF_OP_READ</c>.</summary>
    Read = 0,

    /// <summary><c>BLKIF_OP_WRITE</c>.</summary>
    Write = 1,

    /// <summary><c>BLKIF_OP_WRITE_BARRIER</c>: a write that orders those before and after it.</summary>
    WriteBarrier = 2,

    /// <summary><c>BLKIF_OP_FLUSH_DISKCACHE</c>.</summary>
    FlushDiskcache = 3,

    /// <summary><c>BLKIF_OP_RESERVED_1</c>.</summary>
    Reserved1 = 4,

    /// <summary><c>BLKIF_OP_DISCARD</c>.</summary>
    Discard = 5,

    /// <summary><c>BLKIF_OP_INDIRECT</c>: a read or write whose segments are in pages of their own.</summary>
    Indirect = 6,
}
