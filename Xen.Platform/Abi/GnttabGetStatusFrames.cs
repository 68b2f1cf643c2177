using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct gnttab_get_status_frames</c>: 16 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct GnttabGetStatusFrames
{
    /// <summary><c>nr_frames</c>.</summary>
    [FieldOffset(0)]
    public uint NrFrames;

    /// <summary><c>dom</c>: whose table.</summary>
    [FieldOffset(4)]
    public ushort Dom;

    /// <summary><c>status</c>, out.</summary>
    [FieldOffset(6)]
    public GrantStatus Status;

    /// <summary><c>frame_list</c>: address of an array that receives the frames.</summary>
    [FieldOffset(8)]
    public ulong FrameList;
}
