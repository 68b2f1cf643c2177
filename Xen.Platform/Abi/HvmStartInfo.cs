using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct hvm_start_info</c>: 56 bytes, of which version 0 has the first <see cref="Version0Bytes"/> (xen-protocols 1.1).</summary>
[StructLayout(LayoutKind.Explicit, Size = 56)]
public struct HvmStartInfo
{
    /// <summary><c>XEN_HVM_START_MAGIC_VALUE</c>.</summary>
    public const uint MagicValue = 0x336EC578;

    /// <summary>Bytes of version 0: everything before <c>memmap_paddr</c>.</summary>
    public const int Version0Bytes = 40;

    /// <summary><c>magic</c>.</summary>
    [FieldOffset(0)]
    public uint Magic;

    /// <summary><c>version</c>: newer ones keep the fields of older ones.</summary>
    [FieldOffset(4)]
    public uint Version;

    /// <summary><c>flags</c>.</summary>
    [FieldOffset(8)]
    public StartInfoFlags Flags;

    /// <summary><c>nr_modules</c>.</summary>
    [FieldOffset(12)]
    public uint NrModules;

    /// <summary><c>modlist_paddr</c>: array of <see cref="HvmModlistEntry"/>.</summary>
    [FieldOffset(16)]
    public ulong ModlistPaddr;

    /// <summary><c>cmdline_paddr</c>: ends with a zero byte; 0 for none.</summary>
    [FieldOffset(24)]
    public ulong CmdlinePaddr;

    /// <summary><c>rsdp_paddr</c>: 0 for none.</summary>
    [FieldOffset(32)]
    public ulong RsdpPaddr;

    /// <summary><c>memmap_paddr</c>: array of <see cref="HvmMemmapTableEntry"/>; from version 1 on; 0 for none.</summary>
    [FieldOffset(40)]
    public ulong MemmapPaddr;

    /// <summary><c>memmap_entries</c>: from version 1 on.</summary>
    [FieldOffset(48)]
    public uint MemmapEntries;

    /// <summary><c>reserved</c>: 0.</summary>
    [FieldOffset(52)]
    public uint Reserved;
}
