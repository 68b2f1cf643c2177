using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct evtchn_bind_vcpu</c>: 8 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 8)]
public struct EvtchnBindVcpu
{
    /// <summary><c>port</c>.</summary>
    [FieldOffset(0)]
    public uint Port;

    /// <summary><c>vcpu</c>: where it is delivered from now on.</summary>
    [FieldOffset(4)]
    public uint Vcpu;
}
