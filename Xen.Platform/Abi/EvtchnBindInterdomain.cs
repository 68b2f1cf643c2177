using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct evtchn_bind_interdomain</c>: 12 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 12)]
public struct EvtchnBindInterdomain
{
    /// <summary><c>remote_dom</c>: the domain that allocated the port.</summary>
    [FieldOffset(0)]
    public ushort RemoteDom;

    /// <summary><c>remote_port</c>: its port.</summary>
    [FieldOffset(4)]
    public uint RemotePort;

    /// <summary><c>local_port</c>, out: ours.</summary>
    [FieldOffset(8)]
    public uint LocalPort;
}
