using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct gnttab_setup_table</c>: 24 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
public struct GnttabSetupTable
{
    /// <summary><c>dom</c>: whose table.</summary>
    [FieldOffset(0)]
    public ushort Dom;

    /// <summary><c>nr_frames</c>: how large it shall be.</summary>
    [FieldOffset(4)]
    public uint NrFrames;

    /// <summary><c>status</c>, out.</summary>
    [FieldOffset(8)]
    public GrantStatus Status;

    /// <summary><c>frame_list</c>: address of an array that receives the frames.</summary>
    [FieldOffset(16)]
    public ulong FrameList;
}
