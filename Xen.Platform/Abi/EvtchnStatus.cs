using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct evtchn_status</c>: 24 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
public struct EvtchnStatus
{
    /// <summary><c>dom</c>: whose port.</summary>
    [FieldOffset(0)]
    public ushort Dom;

    /// <summary><c>port</c>.</summary>
    [FieldOffset(4)]
    public uint Port;

    /// <summary><c>status</c>, out.</summary>
    [FieldOffset(8)]
    public EvtchnState Status;

    /// <summary><c>vcpu</c>, out: where it is delivered.</summary>
    [FieldOffset(12)]
    public uint Vcpu;

    /// <summary><c>u.unbound.dom</c> or <c>u.interdomain.dom</c>, out.</summary>
    [FieldOffset(16)]
    public ushort RemoteDom;

    /// <summary><c>u.interdomain.port</c>, or the virq, out.</summary>
    [FieldOffset(20)]
    public uint RemotePort;
}
