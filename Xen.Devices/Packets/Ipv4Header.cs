using System.Buffers.Binary;

namespace Xen.Devices.Packets;

/// <summary>The header of an IPv4 packet (RFC 791). Options are skipped when read and never written; fragments are refused.</summary>
/// <param name="Source">From.</param>
/// <param name="Destination">To.</param>
/// <param name="Protocol">1 ICMP, 17 UDP.</param>
/// <param name="PayloadLength">Bytes behind the header.</param>
/// <param name="HeaderLength">Bytes of the header, options included.</param>
public readonly record struct Ipv4Header(Ipv4Address Source, Ipv4Address Destination, byte Protocol, int PayloadLength, int HeaderLength = Ipv4Header.Size)
{
    /// <summary>Bytes of a header without options.</summary>
    public const int Size = 20;

    /// <summary>ICMP.</summary>
    public const byte Icmp = 1;

    /// <summary>UDP.</summary>
    public const byte Udp = 17;

    private const ushort MoreFragmentsOrOffset = 0x3FFF;

    /// <summary>
    /// Reads a header. False when it is too short, not version 4, longer than the packet, a fragment, or its checksum is wrong.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> packet, out Ipv4Header header)
    {
        header = default;
        if (packet.Length < Size || packet[0] >> 4 != 4)
        {
            return false;
        }

        int headerLength = (packet[0] & 0xF) * 4;
        int totalLength = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        bool fits = headerLength >= Size && headerLength <= totalLength && totalLength <= packet.Length;
        if (!fits || (BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) & MoreFragmentsOrOffset) != 0)
        {
            return false;
        }

        if (InternetChecksum.Finish(InternetChecksum.Add(packet[..headerLength])) != 0)
        {
            return false;
        }

        header = new Ipv4Header(Ipv4Address.Read(packet[12..]), Ipv4Address.Read(packet[16..]), packet[9], totalLength - headerLength, headerLength);
        return true;
    }

    /// <summary>Writes the header, checksum included, to the first 20 bytes.</summary>
    public void Write(Span<byte> packet)
    {
        packet[..Size].Clear();
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)(Size + PayloadLength));
        // Don't fragment.
        packet[6] = 0x40;
        packet[8] = 64;
        packet[9] = Protocol;
        Source.Write(packet[12..]);
        Destination.Write(packet[16..]);
        BinaryPrimitives.WriteUInt16BigEndian(packet[10..], InternetChecksum.Finish(InternetChecksum.Add(packet[..Size])));
    }

    /// <summary>The sum of the pseudo header that UDP's checksum covers.</summary>
    public ulong PseudoHeaderSum() => (ulong)Source.Value + Destination.Value + Protocol + (uint)PayloadLength;
}
