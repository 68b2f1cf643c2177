using System.Buffers.Binary;

namespace Xen.Devices.Packets;

/// <summary>The header of an Ethernet frame: 14 bytes.</summary>
/// <param name="Destination">Whom it is for.</param>
/// <param name="Source">Whom it is from.</param>
/// <param name="EtherType">What it carries.</param>
public readonly record struct EthernetHeader(MacAddress Destination, MacAddress Source, ushort EtherType)
{
    /// <summary>Bytes of the header.</summary>
    public const int Size = 14;

    /// <summary>IPv4.</summary>
    public const ushort Ipv4 = 0x0800;

    /// <summary>ARP.</summary>
    public const ushort Arp = 0x0806;

    /// <summary>Reads a header. False when the frame is too short.</summary>
    public static bool TryRead(ReadOnlySpan<byte> frame, out EthernetHeader header)
    {
        header = default;
        if (frame.Length < Size)
        {
            return false;
        }

        header = new EthernetHeader(MacAddress.Read(frame), MacAddress.Read(frame[6..]), BinaryPrimitives.ReadUInt16BigEndian(frame[12..]));
        return true;
    }

    /// <summary>Writes the header to the first 14 bytes.</summary>
    public void Write(Span<byte> frame)
    {
        Destination.Write(frame);
        Source.Write(frame[6..]);
        BinaryPrimitives.WriteUInt16BigEndian(frame[12..], EtherType);
    }
}
