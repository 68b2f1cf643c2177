using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Xen.Devices;
using Xen.Devices.Packets;
using Xen.Netfront;

namespace Xen.Lab;

/// <summary>One end that sends and receives UDP datagrams with a chosen checksum state, over IPv4 and IPv6, and answers for its addresses.</summary>
internal sealed class OffloadHost(NetfrontDevice device, IPAddress ipv4, IPAddress ipv6)
{
    internal const ushort Port = 9000;

    /// <summary>A datagram that arrived: the state of its checksum, the checksum itself, the pseudo header's sum, whether the checksum is right.</summary>
    internal sealed record Datagram(ChecksumState State, ushort Field, ushort PseudoSum, bool IsRight, byte[] Data);

    internal NetfrontDevice Device => device;

    /// <summary>What came for this host's addresses and port, in order.</summary>
    internal Queue<Datagram> Received { get; } = new();

    internal IPAddress Address(AddressFamily family) => family == AddressFamily.InterNetwork ? ipv4 : ipv6;

    internal Task<DeviceResult> ListenAsync(CancellationToken cancellationToken) => device.ListenAsync(Handle, ListenOptions.Default, cancellationToken);

    /// <summary>Sends a datagram. With <paramref name="state"/> partial its checksum field holds the pseudo header's sum only.</summary>
    /// <param name="target">Whom to.</param>
    /// <param name="mac">Its hardware address.</param>
    /// <param name="data">What.</param>
    /// <param name="state">What the frame's flags say.</param>
    /// <param name="isComplete">Whether the field holds the whole checksum.</param>
    internal async Task SendAsync(IPAddress target, MacAddress mac, byte[] data, ChecksumState state, bool isComplete)
    {
        int length = UdpHeader.Size + data.Length;
        bool isIpv4 = target.AddressFamily == AddressFamily.InterNetwork;
        int header = isIpv4 ? Ipv4Header.Size : Ipv6Packet.HeaderSize;
        using TransmitFrame frame = await device.ReserveAsync(EthernetHeader.Size + header + length);
        new EthernetHeader(mac, device.MacAddress, isIpv4 ? EthernetHeader.Ipv4 : Ipv6Packet.EtherType).Write(frame.Span);
        Span<byte> packet = frame.Span[EthernetHeader.Size..];
        Span<byte> datagram = packet[header..];
        data.CopyTo(datagram[UdpHeader.Size..]);
        ulong sum = WriteIp(packet, target, length);
        BinaryPrimitives.WriteUInt16BigEndian(datagram, Port);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[2..], Port);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[4..], (ushort)length);
        ushort field = isComplete ? InternetChecksum.Finish(InternetChecksum.Add(datagram, sum)) : InternetChecksum.Fold(sum);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[UdpHeader.ChecksumOffset..], field);
        frame.SetOffload(new FrameOffload(state));
        frame.Send().ThrowIfFailed();
    }

    private ulong WriteIp(Span<byte> packet, IPAddress target, int length)
    {
        if (target.AddressFamily == AddressFamily.InterNetwork)
        {
            var ip = new Ipv4Header(Ipv4Address.From(ipv4), Ipv4Address.From(target), Ipv4Header.Udp, length);
            ip.Write(packet);
            return ip.PseudoHeaderSum();
        }

        Ipv6Packet.WriteHeader(packet, ipv6, target, Ipv6Packet.Udp, length);
        return Ipv6Packet.PseudoHeaderSum(packet, length);
    }

    private ValueTask Handle(ReceivedFrame frame)
    {
        byte[] bytes = new byte[frame.Length];
        frame.CopyTo(bytes);
        ReadOnlySpan<byte> packet = bytes.AsSpan(EthernetHeader.Size);
        if (!EthernetHeader.TryRead(bytes, out EthernetHeader ethernet))
        {
            return default;
        }

        if (ethernet.EtherType == EthernetHeader.Arp && ArpPacket.TryRead(packet, out ArpPacket arp))
        {
            AnswerArp(arp);
        }
        else if (ethernet.EtherType == EthernetHeader.Ipv4 && Ipv4Header.TryRead(packet, out Ipv4Header ip) && ip.Protocol == Ipv4Header.Udp)
        {
            bool isOurs = ip.Destination == Ipv4Address.From(ipv4);
            Add(isOurs, packet.Slice(ip.HeaderLength, ip.PayloadLength), ip.PseudoHeaderSum(), frame.Offload.Checksum);
        }
        else if (ethernet.EtherType == Ipv6Packet.EtherType && packet.Length >= Ipv6Packet.HeaderSize)
        {
            HandleIpv6(ethernet, packet, frame.Offload.Checksum);
        }

        return default;
    }

    private void HandleIpv6(EthernetHeader ethernet, ReadOnlySpan<byte> packet, ChecksumState state)
    {
        if (Ipv6Packet.IsSolicitation(packet, ipv6))
        {
            Answer(Ipv6Packet.Advertise(ethernet, packet, ipv6, device.MacAddress));
        }
        else if (packet[6] == Ipv6Packet.Udp)
        {
            ReadOnlySpan<byte> datagram = packet.Slice(Ipv6Packet.HeaderSize, BinaryPrimitives.ReadUInt16BigEndian(packet[4..]));
            Add(new IPAddress(packet.Slice(24, 16)).Equals(ipv6), datagram, Ipv6Packet.PseudoHeaderSum(packet, datagram.Length), state);
        }
    }

    private void Add(bool isOurs, ReadOnlySpan<byte> datagram, ulong pseudoSum, ChecksumState state)
    {
        if (!isOurs || datagram.Length < UdpHeader.Size || BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]) != Port)
        {
            return;
        }

        ushort field = BinaryPrimitives.ReadUInt16BigEndian(datagram[UdpHeader.ChecksumOffset..]);
        bool isRight = InternetChecksum.Fold(InternetChecksum.Add(datagram, pseudoSum)) == 0xFFFF;
        Received.Enqueue(new Datagram(state, field, InternetChecksum.Fold(pseudoSum), isRight, datagram[UdpHeader.Size..].ToArray()));
    }

    private void AnswerArp(ArpPacket arp)
    {
        if (arp.Operation != ArpPacket.Request || arp.TargetAddress != Ipv4Address.From(ipv4))
        {
            return;
        }

        byte[] frame = new byte[EthernetHeader.Size + ArpPacket.Size];
        new EthernetHeader(arp.SenderMac, device.MacAddress, EthernetHeader.Arp).Write(frame);
        new ArpPacket(ArpPacket.Reply, device.MacAddress, arp.TargetAddress, arp.SenderMac, arp.SenderAddress).Write(frame.AsSpan(EthernetHeader.Size));
        Answer(frame);
    }

    private void Answer(byte[] bytes)
    {
        if (device.TryReserve(bytes.Length, out TransmitFrame frame))
        {
            bytes.CopyTo(frame.Span);
            frame.Send().ThrowIfFailed();
        }
    }
}
