using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct gnttab_map_grant_ref</c>: 32 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
public struct GnttabMapGrantRef
{
    /// <summary><c>host_addr</c>: guest physical address where the page shall appear.</summary>
    [FieldOffset(0)]
    public ulong HostAddr;

    /// <summary><c>flags</c>: <see cref="GrantMapFlags"/>.</summary>
    [FieldOffset(8)]
    public uint Flags;

    /// <summary><c>ref</c>: the granter's reference.</summary>
    [FieldOffset(12)]
    public uint Ref;

    /// <summary><c>dom</c>: the granter.</summary>
    [FieldOffset(16)]
    public ushort Dom;

    /// <summary><c>status</c>, out.</summary>
    [FieldOffset(18)]
    public GrantStatus Status;

    /// <summary><c>handle</c>, out: what unmapping names.</summary>
    [FieldOffset(20)]
    public uint Handle;

    /// <summary><c>dev_bus_addr</c>, out.</summary>
    [FieldOffset(24)]
    public ulong DevBusAddr;
}
