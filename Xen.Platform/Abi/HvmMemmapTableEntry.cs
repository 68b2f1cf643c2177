using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct hvm_memmap_table_entry</c>: 24 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
public struct HvmMemmapTableEntry
{
    /// <summary><c>addr</c>.</summary>
    [FieldOffset(0)]
    public ulong Addr;

    /// <summary><c>size</c>: bytes.</summary>
    [FieldOffset(8)]
    public ulong Size;

    /// <summary><c>type</c>.</summary>
    [FieldOffset(16)]
    public HvmMemmapType Type;

    /// <summary><c>reserved</c>: 0.</summary>
    [FieldOffset(20)]
    public uint Reserved;
}
