using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct gnttab_query_size</c>: 16 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct GnttabQuerySize
{
    /// <summary><c>dom</c>: whose table.</summary>
    [FieldOffset(0)]
    public ushort Dom;

    /// <summary><c>nr_frames</c>, out: its size.</summary>
    [FieldOffset(4)]
    public uint NrFrames;

    /// <summary><c>max_nr_frames</c>, out: its limit.</summary>
    [FieldOffset(8)]
    public uint MaxNrFrames;

    /// <summary><c>status</c>, out.</summary>
    [FieldOffset(12)]
    public GrantStatus Status;
}
