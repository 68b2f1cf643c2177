using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct gnttab_copy</c>: 40 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 40)]
public struct GnttabCopy
{
    /// <summary><c>GNTCOPY_source_gref</c>.</summary>
    public const ushort SourceIsRef = 1;

    /// <summary><c>GNTCOPY_dest_gref</c>.</summary>
    public const ushort DestIsRef = 2;

    /// <summary><c>source.u.ref</c>, when <see cref="SourceIsRef"/>.</summary>
    [FieldOffset(0)]
    public uint SourceRef;

    /// <summary><c>source.u.gmfn</c>, otherwise.</summary>
    [FieldOffset(0)]
    public ulong SourceGmfn;

    /// <summary><c>source.domid</c>.</summary>
    [FieldOffset(8)]
    public ushort SourceDomid;

    /// <summary><c>source.offset</c>.</summary>
    [FieldOffset(10)]
    public ushort SourceOffset;

    /// <summary><c>dest.u.ref</c>, when <see cref="DestIsRef"/>.</summary>
    [FieldOffset(16)]
    public uint DestRef;

    /// <summary><c>dest.u.gmfn</c>, otherwise.</summary>
    [FieldOffset(16)]
    public ulong DestGmfn;

    /// <summary><c>dest.domid</c>.</summary>
    [FieldOffset(24)]
    public ushort DestDomid;

    /// <summary><c>dest.offset</c>.</summary>
    [FieldOffset(26)]
    public ushort DestOffset;

    /// <summary><c>len</c>: bytes; neither side may cross its page's end.</summary>
    [FieldOffset(32)]
    public ushort Len;

    /// <summary><c>flags</c>: <see cref="SourceIsRef"/>, <see cref="DestIsRef"/>.</summary>
    [FieldOffset(34)]
    public ushort Flags;

    /// <summary><c>status</c>, out.</summary>
    [FieldOffset(36)]
    public GrantStatus Status;
}
