using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct xen_remove_from_physmap</c>: 16 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct XenRemoveFromPhysmap
{
    /// <summary><c>domid</c>.</summary>
    [FieldOffset(0)]
    public ushort Domid;

    /// <summary><c>gpfn</c>: the guest frame.</summary>
    [FieldOffset(8)]
    public ulong Gpfn;
}
