using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct xen_add_to_physmap</c>: 24 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
public struct XenAddToPhysmap
{
    /// <summary><c>XENMAPIDX_grant_table_status</c>: set in <see cref="Idx"/>, it names a status frame.</summary>
    public const ulong StatusIndex = 0x80000000;

    /// <summary><c>domid</c>: whose physmap; <see cref="DomainId.Self"/>.</summary>
    [FieldOffset(0)]
    public ushort Domid;

    /// <summary><c>size</c>: for ranges only.</summary>
    [FieldOffset(2)]
    public ushort Size;

    /// <summary><c>space</c>.</summary>
    [FieldOffset(4)]
    public PhysmapSpace Space;

    /// <summary><c>idx</c>: which frame of the space.</summary>
    [FieldOffset(8)]
    public ulong Idx;

    /// <summary><c>gpfn</c>: the guest frame where it shall appear.</summary>
    [FieldOffset(16)]
    public ulong Gpfn;
}
