using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary>An entry of <c>XENMEM_memory_map</c>, as BIOS call 0xE820 gives it: 20 bytes, packed.</summary>
[StructLayout(LayoutKind.Explicit, Size = 20, Pack = 4)]
public struct E820Entry
{
    /// <summary>Where the region begins.</summary>
    [FieldOffset(0)]
    public ulong Addr;

    /// <summary>Bytes.</summary>
    [FieldOffset(8)]
    public ulong Size;

    /// <summary>What it is.</summary>
    [FieldOffset(16)]
    public HvmMemmapType Type;
}
