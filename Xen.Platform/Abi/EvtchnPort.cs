using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct evtchn_send</c>: 4 bytes. The argument of send, close and unmask alike.</summary>
[StructLayout(LayoutKind.Explicit, Size = 4)]
public struct EvtchnPort
{
    /// <summary><c>port</c>: a port of the caller.</summary>
    [FieldOffset(0)]
    public uint Port;
}
