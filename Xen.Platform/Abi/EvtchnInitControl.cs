using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct evtchn_init_control</c>: 24 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
public struct EvtchnInitControl
{
    /// <summary><c>control_gfn</c>: the frame of the control block.</summary>
    [FieldOffset(0)]
    public ulong ControlGfn;

    /// <summary><c>offset</c>: where in the frame.</summary>
    [FieldOffset(8)]
    public uint Offset;

    /// <summary><c>vcpu</c>: whose control block.</summary>
    [FieldOffset(12)]
    public uint Vcpu;

    /// <summary><c>link_bits</c>, out: width of the link field.</summary>
    [FieldOffset(16)]
    public byte LinkBits;
}
