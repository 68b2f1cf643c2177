using System.Runtime.InteropServices;

namespace Xen.Speed.Native;

/// <summary><c>struct mmsghdr</c>: one datagram of many in a call.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Message
{
    public SocketAddress* Name;
    public long NameLength;
    public Piece* Pieces;
    public nint PieceCount;
    public void* Control;
    public nint ControlLength;
    public long Flags;
    public long Length;

    /// <summary><c>struct iovec</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Piece
    {
        public byte* Address;
        public nint Length;
    }
}
