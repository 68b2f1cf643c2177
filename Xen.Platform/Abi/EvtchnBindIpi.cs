using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct evtchn_bind_ipi</c>: 8 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 8)]
public struct EvtchnBindIpi
{
    /// <summary><c>vcpu</c>: where.</summary>
    [FieldOffset(0)]
    public uint Vcpu;

    /// <summary><c>port</c>, out.</summary>
    [FieldOffset(4)]
    public uint Port;
}
