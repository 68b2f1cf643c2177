using System.Runtime.InteropServices;

namespace Xen.Rings;

/// <summary>
/// A read or write whose segments are in pages of their own (<c>struct blkif_request_indirect</c>, x86_64 layout). It lies at the start of
/// a ring slot.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
public struct BlkifRequestIndirect
{
    /// <summary><see cref="BlkifOperation.Indirect"/>.</summary>
    [FieldOffset(0)]
    public byte Operation;

    /// <summary>What is meant: <see cref="BlkifOperation.Read"/> or <see cref="BlkifOperation.Write"/>. The response names this one.</summary>
    [FieldOffset(1)]
    public byte IndirectOp;

    /// <summary>How many segments, over all the pages.</summary>
    [FieldOffset(2)]
    public ushort NrSegments;

    /// <summary>Comes back in the response.</summary>
    [FieldOffset(8)]
    public ulong Id;

    /// <summary>First sector on the device, in 512 bytes.</summary>
    [FieldOffset(16)]
    public ulong SectorNumber;

    /// <summary>The device's number; backends ignore it.</summary>
    [FieldOffset(24)]
    public ushort Handle;

    /// <summary>The pages of segments, 512 in each.</summary>
    [FieldOffset(28)]
    public BlkifIndirectGrefs IndirectGrefs;
}
