using System.Runtime.InteropServices;

namespace Xen.Rings;

/// <summary>A run of 512-byte sectors in one granted page (<c>struct blkif_request_segment</c>).</summary>
[StructLayout(LayoutKind.Explicit, Size = 8)]
public struct BlkifRequestSegment
{
    /// <summary>The granted page.</summary>
    [FieldOffset(0)]
    public uint Gref;

    /// <summary>First sector in the page, 0 to 7.</summary>
    [FieldOffset(4)]
    public byte FirstSect;

    /// <summary>Last sector in the page, inclusive, <see cref="FirstSect"/> to 7.</summary>
    [FieldOffset(5)]
    public byte LastSect;

    /// <summary>How many sectors, of a segment that is valid.</summary>
    public readonly int SectorCount => LastSect - FirstSect + 1;
}
