using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Xen.Devices;
using Xen.Devices.Packets;

namespace Xen.Lab;

/// <summary>Looks at every frame of a network interface, as tcpdump does, and verifies the checksums of one sender.</summary>
internal static class Capture
{
    private const ushort AllProtocols = 3;

    // Of silence: while something is missing, on a busy machine too, and after that, for what should not have come.
    private const int MissingMilliseconds = 60_000;
    private const int LastMilliseconds = 3_000;
    private const int SocketBytes = 16 << 20;

    /// <summary>
    /// Verifies IPv4, ICMP and UDP checksums of what <paramref name="source"/> sends, until it has been silent for some seconds: at least
    /// <paramref name="pings"/> ICMP and <paramref name="datagrams"/> UDP packets.
    /// </summary>
    internal static string Run(string interfaceName, IPAddress source, int pings, int datagrams)
    {
        using Socket socket = Open(interfaceName);
        System.Console.WriteLine($"capturing on {interfaceName}");
        var counts = new Counts();
        byte[] buffer = new byte[65536];
        try
        {
            while (true)
            {
                socket.ReceiveTimeout = counts.Has(pings, datagrams) ? LastMilliseconds : MissingMilliseconds;
                counts.Add(buffer.AsSpan(0, socket.Receive(buffer)), Ipv4Address.From(source));
            }
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
        {
        }

        Lab.Expect(
            counts.Bad == 0 && counts.Has(pings, datagrams),
            $"at least {pings} ICMP and {datagrams} UDP frames from {source}, all with right checksums; found {counts}");
        return $"from {source}: {counts}";
    }

    private static Socket Open(string interfaceName)
    {
        int index = NetworkInterface.GetAllNetworkInterfaces().Single(i => i.Name == interfaceName).GetIPv4Index();
        ushort networkOrder = BinaryPrimitives.ReverseEndianness(AllProtocols);
        var socket = new Socket(AddressFamily.Packet, SocketType.Raw, (ProtocolType)networkOrder);
        socket.Bind(new LinkEndPoint(networkOrder, index));
        socket.ReceiveBufferSize = SocketBytes;
        return socket;
    }

    private static int GetIPv4Index(this NetworkInterface networkInterface) => networkInterface.GetIPProperties().GetIPv4Properties().Index;

    private sealed class Counts
    {
        internal int Icmp { get; private set; }

        internal int Udp { get; private set; }

        internal int Bad { get; private set; }

        internal bool Has(int pings, int datagrams) => Icmp >= pings && Udp >= datagrams;

        internal void Add(ReadOnlySpan<byte> frame, Ipv4Address source)
        {
            if (!EthernetHeader.TryRead(frame, out EthernetHeader ethernet) || ethernet.EtherType != EthernetHeader.Ipv4)
            {
                return;
            }

            ReadOnlySpan<byte> packet = frame[EthernetHeader.Size..];
            if (packet.Length < Ipv4Header.Size || Ipv4Address.Read(packet[12..]) != source)
            {
                return;
            }

            // The readers refuse a wrong checksum.
            if (!Ipv4Header.TryRead(packet, out Ipv4Header ip))
            {
                Bad++;
                return;
            }

            Count(ip, packet.Slice(ip.HeaderLength, ip.PayloadLength));
        }

        public override string ToString() => $"{Icmp} ICMP and {Udp} UDP frames with right checksums, {Bad} with wrong ones";

        private void Count(Ipv4Header ip, ReadOnlySpan<byte> payload)
        {
            if (ip.Protocol == Ipv4Header.Icmp)
            {
                bool isRight = IcmpEcho.TryRead(payload, out _);
                Icmp += isRight ? 1 : 0;
                Bad += isRight ? 0 : 1;
            }
            else if (ip.Protocol == Ipv4Header.Udp)
            {
                bool isRight = UdpHeader.TryRead(ip, payload, ChecksumState.Unknown, out _);
                Udp += isRight ? 1 : 0;
                Bad += isRight ? 0 : 1;
            }
        }
    }

    /// <summary><c>struct sockaddr_ll</c>: the family, the protocol in network order, the interface.</summary>
    private sealed class LinkEndPoint(ushort protocol, int index) : EndPoint
    {
        public override AddressFamily AddressFamily => AddressFamily.Packet;

        public override SocketAddress Serialize()
        {
            var address = new SocketAddress(AddressFamily.Packet, 20);
            Span<byte> bytes = address.Buffer.Span;
            BinaryPrimitives.WriteUInt16LittleEndian(bytes[2..], protocol);
            BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], index);
            return address;
        }
    }
}
