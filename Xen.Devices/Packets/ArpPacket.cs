using System.Buffers.Binary;

namespace Xen.Devices.Packets;

/// <summary>An ARP packet for IPv4 over Ethernet: 28 bytes (RFC 826).</summary>
/// <param name="Operation">1 request, 2 reply.</param>
/// <param name="SenderMac">The sender's hardware address.</param>
/// <param name="SenderAddress">The sender's IPv4 address.</param>
/// <param name="TargetMac">The target's hardware address; zero in a request.</param>
/// <param name="TargetAddress">The target's IPv4 address.</param>
public readonly record struct ArpPacket(
    ushort Operation, MacAddress SenderMac, Ipv4Address SenderAddress, MacAddress TargetMac, Ipv4Address TargetAddress)
{
    /// <summary>Bytes of the packet.</summary>
    public const int Size = 28;

    /// <summary>Who has that address?</summary>
    public const ushort Request = 1;

    /// <summary>I have.</summary>
    public const ushort Reply = 2;

    // Hardware type 1 (Ethernet), protocol type IPv4, lengths 6 and 4.
    private const ulong FixedPart = 0x0001_0800_0604;

    /// <summary>Reads a packet. False when it is too short or not for IPv4 over Ethernet.</summary>
    public static bool TryRead(ReadOnlySpan<byte> packet, out ArpPacket arp)
    {
        arp = default;
        if (packet.Length < Size || BinaryPrimitives.ReadUInt64BigEndian(packet) >> 16 != FixedPart)
        {
            return false;
        }

        arp = new ArpPacket(
            BinaryPrimitives.ReadUInt16BigEndian(packet[6..]),
            MacAddress.Read(packet[8..]),
            Ipv4Address.Read(packet[14..]),
            MacAddress.Read(packet[18..]),
            Ipv4Address.Read(packet[24..]));
        return true;
    }

    /// <summary>Writes the packet to the first 28 bytes.</summary>
    public void Write(Span<byte> packet)
    {
        BinaryPrimitives.WriteUInt64BigEndian(packet, (FixedPart << 16) | Operation);
        SenderMac.Write(packet[8..]);
        SenderAddress.Write(packet[14..]);
        TargetMac.Write(packet[18..]);
        TargetAddress.Write(packet[24..]);
    }
}
