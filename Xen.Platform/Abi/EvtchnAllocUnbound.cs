using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct evtchn_alloc_unbound</c>: 8 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 8)]
public struct EvtchnAllocUnbound
{
    /// <summary><c>dom</c>: whose port it shall be.</summary>
    [FieldOffset(0)]
    public ushort Dom;

    /// <summary><c>remote_dom</c>: who may bind to it.</summary>
    [FieldOffset(2)]
    public ushort RemoteDom;

    /// <summary><c>port</c>, out.</summary>
    [FieldOffset(4)]
    public uint Port;
}
