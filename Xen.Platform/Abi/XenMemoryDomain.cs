using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct xen_memory_domain</c>: 2 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 2)]
public struct XenMemoryDomain
{
    /// <summary><c>domid</c>: whose memory; <see cref="DomainId.Self"/>.</summary>
    [FieldOffset(0)]
    public ushort Domid;
}
