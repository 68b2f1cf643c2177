using System.Buffers.Binary;
using System.Net;
using Xen.Devices;
using Xen.Devices.Packets;

namespace Xen.Lab;

/// <summary>As much of IPv6 as the checks need: UDP datagrams, and the answer to a neighbour's question for our hardware address.</summary>
internal static class Ipv6Packet
{
    internal const ushort EtherType = 0x86DD;
    internal const int HeaderSize = 40;
    internal const byte Udp = 17;

    private const byte Icmp = 58;
    private const byte Solicitation = 135;
    private const byte Advertisement = 136;
    private const int AddressSize = 16;

    // Type, code, checksum, flags, the target, and the option with a hardware address.
    private const int AdvertisementSize = 8 + AddressSize + 8;

    /// <summary>Writes the header (RFC 8200 3).</summary>
    internal static void WriteHeader(Span<byte> packet, IPAddress source, IPAddress destination, byte protocol, int payloadLength)
    {
        packet[..HeaderSize].Clear();
        packet[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(packet[4..], (ushort)payloadLength);
        packet[6] = protocol;
        // What neighbour discovery demands (RFC 4861 7.1); as good as any for the rest.
        packet[7] = 255;
        source.TryWriteBytes(packet[8..], out _);
        destination.TryWriteBytes(packet[24..], out _);
    }

    /// <summary>The sum of the pseudo header (RFC 8200 8.1).</summary>
    internal static ulong PseudoHeaderSum(ReadOnlySpan<byte> packet, int payloadLength) =>
        InternetChecksum.Add(packet.Slice(8, 2 * AddressSize)) + packet[6] + (uint)payloadLength;

    /// <summary>Whether a packet asks for the hardware address of <paramref name="own"/>.</summary>
    internal static bool IsSolicitation(ReadOnlySpan<byte> packet, IPAddress own) =>
        packet.Length >= HeaderSize + 8 + AddressSize && packet[6] == Icmp && packet[HeaderSize] == Solicitation
        && new IPAddress(packet.Slice(HeaderSize + 8, AddressSize)).Equals(own);

    /// <summary>The frame that answers a question for our hardware address.</summary>
    internal static byte[] Advertise(EthernetHeader asked, ReadOnlySpan<byte> question, IPAddress own, MacAddress mac)
    {
        byte[] frame = new byte[EthernetHeader.Size + HeaderSize + AdvertisementSize];
        new EthernetHeader(asked.Source, mac, EtherType).Write(frame);
        Span<byte> packet = frame.AsSpan(EthernetHeader.Size);
        WriteHeader(packet, own, new IPAddress(question.Slice(8, AddressSize)), Icmp, AdvertisementSize);
        Span<byte> message = packet[HeaderSize..];
        message[0] = Advertisement;
        // Solicited, override.
        message[4] = 0x60;
        own.TryWriteBytes(message[8..], out _);
        // The target's link-layer address, one unit of eight bytes.
        message[24] = 2;
        message[25] = 1;
        mac.Write(message[26..]);
        ulong sum = InternetChecksum.Add(message, PseudoHeaderSum(packet, AdvertisementSize));
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], InternetChecksum.Finish(sum));
        return frame;
    }
}
