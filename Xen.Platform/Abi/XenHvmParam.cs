using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct xen_hvm_param</c>: 16 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct XenHvmParam
{
    /// <summary><c>domid</c>.</summary>
    [FieldOffset(0)]
    public ushort Domid;

    /// <summary><c>index</c>.</summary>
    [FieldOffset(4)]
    public HvmParam Index;

    /// <summary><c>value</c>, in or out.</summary>
    [FieldOffset(8)]
    public ulong Value;
}
