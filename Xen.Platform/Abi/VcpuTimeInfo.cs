using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct vcpu_time_info</c>: 32 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
public struct VcpuTimeInfo
{
    /// <summary><c>XEN_PVCLOCK_TSC_STABLE_BIT</c>: what one processor reads, no other has read later.</summary>
    public const byte TscStable = 1;

    /// <summary><c>version</c>: odd while Xen writes.</summary>
    [FieldOffset(0)]
    public uint Version;

    /// <summary><c>tsc_timestamp</c>.</summary>
    [FieldOffset(8)]
    public ulong TscTimestamp;

    /// <summary><c>system_time</c>: nanoseconds.</summary>
    [FieldOffset(16)]
    public ulong SystemTime;

    /// <summary><c>tsc_to_system_mul</c>.</summary>
    [FieldOffset(24)]
    public uint TscToSystemMul;

    /// <summary><c>tsc_shift</c>.</summary>
    [FieldOffset(28)]
    public sbyte TscShift;

    /// <summary><c>flags</c>: 1 stable across processors, 2 guest was stopped.</summary>
    [FieldOffset(29)]
    public byte Flags;
}
