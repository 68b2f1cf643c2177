using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct vcpu_set_singleshot_timer</c>: 16 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct VcpuSetSingleshotTimer
{
    /// <summary><c>timeout_abs_ns</c>: system time.</summary>
    [FieldOffset(0)]
    public ulong TimeoutAbsNs;

    /// <summary><c>flags</c>: 1 fails with ETIME for a time in the past.</summary>
    [FieldOffset(8)]
    public uint Flags;
}
