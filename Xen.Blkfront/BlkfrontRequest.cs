using System.Runtime.InteropServices;

namespace Xen.Blkfront;

/// <summary>What belongs to an outstanding ring request; its pages are kept beside it.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct BlkfrontRequest
{
    /// <summary>Whose it is.</summary>
    public BlkfrontOperation? Operation;

    /// <summary>Where its data begins in the operation's buffers.</summary>
    public BufferCursor Cursor;

    /// <summary>Bytes of data.</summary>
    public int Length;

    /// <summary>Pages of data.</summary>
    public int PageCount;

    /// <summary>Where its data begins in the reserved buffer, in bytes.</summary>
    public int ReservedOffset;

    /// <summary>The page of segments, or -1.</summary>
    public int IndirectPage;

    /// <summary>True when the pages are those of a reserved buffer, false when they are for copies.</summary>
    public bool IsReserved;
}
