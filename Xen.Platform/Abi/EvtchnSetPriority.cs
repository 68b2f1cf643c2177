using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct evtchn_set_priority</c>: 8 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 8)]
public struct EvtchnSetPriority
{
    /// <summary><c>port</c>.</summary>
    [FieldOffset(0)]
    public uint Port;

    /// <summary><c>priority</c>: 0 high to 15 low.</summary>
    [FieldOffset(4)]
    public uint Priority;
}
