using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct hvm_modlist_entry</c>: 32 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
public struct HvmModlistEntry
{
    /// <summary><c>paddr</c>: where the module is.</summary>
    [FieldOffset(0)]
    public ulong Paddr;

    /// <summary><c>size</c>: bytes.</summary>
    [FieldOffset(8)]
    public ulong Size;

    /// <summary><c>cmdline_paddr</c>: ends with a zero byte; 0 for none.</summary>
    [FieldOffset(16)]
    public ulong CmdlinePaddr;

    /// <summary><c>reserved</c>.</summary>
    [FieldOffset(24)]
    public ulong Reserved;
}
