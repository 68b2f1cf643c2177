using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct gnttab_get_version</c>: 8 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 8)]
public struct GnttabGetVersion
{
    /// <summary><c>dom</c>: whose table.</summary>
    [FieldOffset(0)]
    public ushort Dom;

    /// <summary><c>version</c>, out: 1 or 2.</summary>
    [FieldOffset(4)]
    public uint Version;
}
