using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct evtchn_expand_array</c>: 8 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 8)]
public struct EvtchnExpandArray
{
    /// <summary><c>array_gfn</c>: the next page of event words.</summary>
    [FieldOffset(0)]
    public ulong ArrayGfn;
}
