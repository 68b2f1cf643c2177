using System.Buffers.Binary;

namespace Xen.Devices.Packets;

/// <summary>Which flow a frame belongs to, as a number: the same for all frames between two ends, and different ones are spread evenly.</summary>
public static class FlowHash
{
    private const int IpOffset = EthernetHeader.Size;
    private const int Ipv4ProtocolOffset = 9;
    private const int Ipv4AddressesOffset = 12;
    private const int Ipv4AddressesLength = 8;
    private const int Ipv4FragmentOffset = 6;
    private const ushort Ipv4FragmentMask = 0x3FFF;
    private const int Ipv6HeaderLength = 40;
    private const int Ipv6NextHeaderOffset = 6;
    private const int Ipv6AddressesOffset = 8;
    private const int Ipv6AddressesLength = 32;
    private const ushort EtherTypeIpv6 = 0x86DD;
    private const byte Tcp = 6;
    private const int PortsLength = 4;
    private const uint Seed = 2166136261;
    private const uint Prime = 16777619;

    /// <summary>Hashes addresses and, for whole TCP and UDP packets, ports; for what is not IP, the Ethernet addresses.</summary>
    /// <param name="frame">The frame, or its beginning. Any bytes.</param>
    public static uint Of(ReadOnlySpan<byte> frame)
    {
        if (!EthernetHeader.TryRead(frame, out EthernetHeader ethernet))
        {
            return 0;
        }

        ReadOnlySpan<byte> packet = frame[IpOffset..];
        return ethernet.EtherType switch
        {
            EthernetHeader.Ipv4 when packet.Length >= Ipv4Header.Size => OfIpv4(packet),
            EtherTypeIpv6 when packet.Length >= Ipv6HeaderLength => OfIpv6(packet),
            _ => Finish(Add(Seed, frame[..(2 * MacAddress.Size)])),
        };
    }

    // A fragment's ports are those of the first fragment only: all of a datagram's parts go by their addresses.
    private static uint OfIpv4(ReadOnlySpan<byte> packet)
    {
        uint hash = Add(Seed, packet.Slice(Ipv4AddressesOffset, Ipv4AddressesLength));
        bool isFragment = (BinaryPrimitives.ReadUInt16BigEndian(packet[Ipv4FragmentOffset..]) & Ipv4FragmentMask) != 0;
        return Finish(isFragment ? hash : AddPorts(hash, packet[Ipv4ProtocolOffset], packet, (packet[0] & 0xF) * 4));
    }

    private static uint OfIpv6(ReadOnlySpan<byte> packet)
    {
        uint hash = Add(Seed, packet.Slice(Ipv6AddressesOffset, Ipv6AddressesLength));
        return Finish(AddPorts(hash, packet[Ipv6NextHeaderOffset], packet, Ipv6HeaderLength));
    }

    private static uint AddPorts(uint hash, byte protocol, ReadOnlySpan<byte> packet, int headerLength) =>
        protocol is Tcp or Ipv4Header.Udp && packet.Length >= headerLength + PortsLength ? Add(hash, packet.Slice(headerLength, PortsLength)) : hash;

    // FNV-1a.
    private static uint Add(uint hash, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            hash = (hash ^ value) * Prime;
        }

        return hash;
    }

    // The low bits choose the queue: the high ones have a part in them.
    private static uint Finish(uint hash) => hash ^ (hash >> 16);
}
