using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct vcpu_register_vcpu_info</c>: 16 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct VcpuRegisterVcpuInfo
{
    /// <summary><c>mfn</c>: the frame.</summary>
    [FieldOffset(0)]
    public ulong Mfn;

    /// <summary><c>offset</c>: where in it; 64 bytes that do not cross its end.</summary>
    [FieldOffset(8)]
    public uint Offset;

    /// <summary><c>rsvd</c>.</summary>
    [FieldOffset(12)]
    public uint Reserved;
}
