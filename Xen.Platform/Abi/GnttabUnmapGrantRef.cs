using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct gnttab_unmap_grant_ref</c>: 24 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
public struct GnttabUnmapGrantRef
{
    /// <summary><c>host_addr</c>: where it is mapped.</summary>
    [FieldOffset(0)]
    public ulong HostAddr;

    /// <summary><c>dev_bus_addr</c>: 0, not device-mapped.</summary>
    [FieldOffset(8)]
    public ulong DevBusAddr;

    /// <summary><c>handle</c>: of the mapping.</summary>
    [FieldOffset(16)]
    public uint Handle;

    /// <summary><c>status</c>, out.</summary>
    [FieldOffset(20)]
    public GrantStatus Status;
}
