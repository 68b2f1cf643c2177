using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct vcpu_info</c>: 64 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
public struct VcpuInfo
{
    /// <summary><c>evtchn_upcall_pending</c>: Xen sets it to make an upcall, the guest clears it before it looks.</summary>
    [FieldOffset(0)]
    public byte EvtchnUpcallPending;

    /// <summary><c>evtchn_upcall_mask</c>: of PV guests only.</summary>
    [FieldOffset(1)]
    public byte EvtchnUpcallMask;

    /// <summary><c>evtchn_pending_sel</c>: one bit for each word of pending events.</summary>
    [FieldOffset(8)]
    public ulong EvtchnPendingSel;

    /// <summary><c>time</c>.</summary>
    [FieldOffset(32)]
    public VcpuTimeInfo Time;
}
