using System.Runtime.InteropServices;

namespace Xen.Rings;

/// <summary>A request slot of the ring: 112 bytes that hold any form of request. The operation, at the same place in all, tells which.</summary>
[StructLayout(LayoutKind.Explicit, Size = 112)]
public struct BlkifRequestSlot
{
    /// <summary>A <see cref="BlkifOperation"/>; tells which form the rest has.</summary>
    [FieldOffset(0)]
    public byte Operation;

    /// <summary>Read, write, barrier, flush.</summary>
    [FieldOffset(0)]
    public BlkifRequest Direct;

    /// <summary>Discard.</summary>
    [FieldOffset(0)]
    public BlkifRequestDiscard Discard;

    /// <summary>Read or write with pages of segments.</summary>
    [FieldOffset(0)]
    public BlkifRequestIndirect Indirect;
}
