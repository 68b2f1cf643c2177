using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct evtchn_reset</c>: 2 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 2)]
public struct EvtchnReset
{
    /// <summary><c>dom</c>: whose ports are closed.</summary>
    [FieldOffset(0)]
    public ushort Dom;
}
