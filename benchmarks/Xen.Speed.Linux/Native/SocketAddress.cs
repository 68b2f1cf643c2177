using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Xen.Devices.Packets;

namespace Xen.Speed.Native;

/// <summary><c>struct sockaddr_in</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SocketAddress(Ipv4Address address, ushort port)
{
    public const int Size = 16;

    public ushort Family = Libc.InternetFamily;
    public ushort Port = BinaryPrimitives.ReverseEndianness(port);
    public uint Address = BinaryPrimitives.ReverseEndianness(address.Value);
    public ulong Zero;
}
