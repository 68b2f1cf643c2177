using System.Runtime.InteropServices;

namespace Xen.Rings;

/// <summary>A request whose segments are in itself: read, write, barrier, flush (<c>struct blkif_request</c>, x86_64 layout).</summary>
[StructLayout(LayoutKind.Explicit, Size = 112)]
public struct BlkifRequest
{
    /// <summary>A <see cref="BlkifOperation"/>.</summary>
    [FieldOffset(0)]
    public byte Operation;

    /// <summary>How many of <see cref="Seg"/> count.</summary>
    [FieldOffset(1)]
    public byte NrSegments;

    /// <summary>The device's number; backends ignore it.</summary>
    [FieldOffset(2)]
    public ushort Handle;

    /// <summary>Comes back in the response.</summary>
    [FieldOffset(8)]
    public ulong Id;

    /// <summary>First sector on the device, in 512 bytes.</summary>
    [FieldOffset(16)]
    public ulong SectorNumber;

    /// <summary>Where the data is.</summary>
    [FieldOffset(24)]
    public BlkifRequestSegments Seg;
}
