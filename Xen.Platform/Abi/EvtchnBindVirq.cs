using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct evtchn_bind_virq</c>: 12 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 12)]
public struct EvtchnBindVirq
{
    /// <summary><c>virq</c>: which.</summary>
    [FieldOffset(0)]
    public uint Virq;

    /// <summary><c>vcpu</c>: where.</summary>
    [FieldOffset(4)]
    public uint Vcpu;

    /// <summary><c>port</c>, out.</summary>
    [FieldOffset(8)]
    public uint Port;
}
