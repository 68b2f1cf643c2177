using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct xen_feature_info</c>: 8 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 8)]
public struct XenFeatureInfo
{
    /// <summary><c>submap_idx</c>: which 32 features.</summary>
    [FieldOffset(0)]
    public uint SubmapIdx;

    /// <summary><c>submap</c>, out: one bit each.</summary>
    [FieldOffset(4)]
    public uint Submap;
}
