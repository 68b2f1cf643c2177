using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct gnttab_set_version</c>: 4 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 4)]
public struct GnttabSetVersion
{
    /// <summary><c>version</c>, in and out: 1 or 2.</summary>
    [FieldOffset(0)]
    public uint Version;
}
