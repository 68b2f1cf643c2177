using System.Buffers.Binary;
using System.Net;

namespace Xen.Devices.Packets;

/// <summary>
/// Answers as every host of a subnet at once: ARP, ICMP echo and UDP echo on any port, whole packets and fragments alike. What stands
/// behind a network back end that leads nowhere.
/// </summary>
/// <remarks>
/// One request is answered at a time: while there is no credit for its answer, the next ones wait with the device, which is bounded by its pages. An
/// answer is the request with its ends exchanged, which no checksum notices; the one of ICMP is corrected for its changed type, and one
/// that the sender left to this side is completed. A request whose checksum is wrong is not answered.
/// </remarks>
public sealed class LoopbackResponder
{
    private const int IpOffset = EthernetHeader.Size;
    private const int ProtocolOffset = IpOffset + 9;
    private const int SourceOffset = IpOffset + 12;
    private const int DestinationOffset = IpOffset + 16;
    private const int FragmentOffset = IpOffset + 6;
    private const ushort FragmentMask = 0x3FFF;
    private const ushort FragmentPositionMask = 0x1FFF;
    private const uint NotRequestWord = 0xFFFF - (IcmpEcho.Request << 8);

    private readonly INetworkDevice _device;
    private readonly uint _network;
    private readonly uint _mask;
    private readonly PendingAnswer _pending;

    /// <summary>Makes a responder.</summary>
    /// <param name="device">The device; stays the caller's.</param>
    /// <param name="network">An address of the subnet.</param>
    /// <param name="prefixLength">Bits of the subnet, 0 to 32.</param>
    public LoopbackResponder(INetworkDevice device, IPAddress network, int prefixLength)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentOutOfRangeException.ThrowIfNegative(prefixLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(prefixLength, 32);
        _device = device;
        _pending = new PendingAnswer(Answer, () => Ignored++);
        _mask = prefixLength == 0 ? 0 : uint.MaxValue << (32 - prefixLength);
        _network = Ipv4Address.From(network).Value & _mask;
    }

    /// <summary>Frames answered.</summary>
    public long Answered { get; private set; }

    /// <summary>Frames that were not for any host here, of no kind that is answered, or damaged.</summary>
    public long Ignored { get; private set; }

    /// <summary>Answers until cancelled or the device ends.</summary>
    /// <param name="cancellationToken">Ends answering.</param>
    public Task<DeviceResult> RunAsync(CancellationToken cancellationToken = default) =>
        _device.ListenAsync(frame => AnswerAsync(frame, cancellationToken), ListenOptions.Default, cancellationToken);

    private ValueTask AnswerAsync(ReceivedFrame request, CancellationToken cancellationToken)
    {
        if (request.Length > _device.MaxFrameSize)
        {
            Ignored++;
            return ValueTask.CompletedTask;
        }

        uint flow = _device.QueueCount == 1 ? 0 : FlowHash.Of(request.FirstSpan);
        if (!_device.TryReserve(request.Length, flow, out TransmitFrame answer))
        {
            return _pending.Start(request, _device.ReserveAsync(request.Length, flow, cancellationToken));
        }

        Answer(request, answer);
        return ValueTask.CompletedTask;
    }

    private void Answer(ReceivedFrame request, TransmitFrame answer)
    {
        request.CopyTo(answer.Span);
        if (TryTurn(answer.Span, request.Offload.Checksum) && answer.Send().IsSuccess)
        {
            Answered++;
            return;
        }

        answer.Dispose();
        Ignored++;
    }

    private bool TryTurn(Span<byte> frame, ChecksumState checksum)
    {
        if (!EthernetHeader.TryRead(frame, out EthernetHeader ethernet))
        {
            return false;
        }

        bool turned = ethernet.EtherType switch
        {
            EthernetHeader.Arp => TryTurnArp(frame[EthernetHeader.Size..]),
            EthernetHeader.Ipv4 => ethernet.Destination == _device.MacAddress && TryTurnIPv4(frame, checksum),
            _ => false,
        };
        new EthernetHeader(ethernet.Source, _device.MacAddress, ethernet.EtherType).Write(frame);
        return turned;
    }

    private bool TryTurnArp(Span<byte> packet)
    {
        bool answers = ArpPacket.TryRead(packet, out ArpPacket arp)
            && arp.Operation == ArpPacket.Request
            && IsHere(arp.TargetAddress.Value)
            && arp.TargetAddress != arp.SenderAddress;
        if (answers)
        {
            new ArpPacket(ArpPacket.Reply, _device.MacAddress, arp.TargetAddress, arp.SenderMac, arp.SenderAddress).Write(packet);
        }

        return answers;
    }

    private bool TryTurnIPv4(Span<byte> frame, ChecksumState checksum)
    {
        if (!TryReadIPv4(frame[IpOffset..], out int headerLength, out int totalLength))
        {
            return false;
        }

        uint source = BinaryPrimitives.ReadUInt32BigEndian(frame[SourceOffset..]);
        uint destination = BinaryPrimitives.ReadUInt32BigEndian(frame[DestinationOffset..]);
        if (!IsHere(destination) || source == destination)
        {
            return false;
        }

        BinaryPrimitives.WriteUInt32BigEndian(frame[SourceOffset..], destination);
        BinaryPrimitives.WriteUInt32BigEndian(frame[DestinationOffset..], source);
        Span<byte> payload = frame[(IpOffset + headerLength)..(IpOffset + totalLength)];
        ushort fragment = BinaryPrimitives.ReadUInt16BigEndian(frame[FragmentOffset..]);
        if ((fragment & FragmentPositionMask) != 0)
        {
            // A later part of a packet has no header to turn.
            return true;
        }

        bool isWhole = (fragment & FragmentMask) == 0;
        return frame[ProtocolOffset] switch
        {
            Ipv4Header.Icmp => TryTurnEcho(payload, isWhole),
            Ipv4Header.Udp => TryTurnUdp(payload, PseudoHeader(source, destination, payload.Length), isWhole, checksum),
            _ => false,
        };
    }

    private static bool TryReadIPv4(ReadOnlySpan<byte> packet, out int headerLength, out int totalLength)
    {
        headerLength = 0;
        totalLength = 0;
        if (packet.Length < Ipv4Header.Size || packet[0] >> 4 != 4)
        {
            return false;
        }

        headerLength = (packet[0] & 0xF) * 4;
        totalLength = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        bool fits = headerLength >= Ipv4Header.Size && headerLength <= totalLength && totalLength <= packet.Length;
        return fits && InternetChecksum.Finish(InternetChecksum.Add(packet[..headerLength])) == 0;
    }

    private static bool TryTurnEcho(Span<byte> message, bool isWhole)
    {
        bool isRequest = message.Length >= IcmpEcho.Size && message[0] == IcmpEcho.Request && message[1] == 0;
        if (!isRequest || (isWhole && InternetChecksum.Finish(InternetChecksum.Add(message)) != 0))
        {
            return false;
        }

        // RFC 1624: the checksum of a message of which one word changed, without the rest of it.
        ushort sum = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        ulong changed = (ulong)(ushort)~sum + NotRequestWord;
        message[0] = IcmpEcho.Reply;
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], InternetChecksum.Finish(changed));
        return true;
    }

    private static bool TryTurnUdp(Span<byte> datagram, ulong pseudoHeader, bool isWhole, ChecksumState checksum)
    {
        if (datagram.Length < UdpHeader.Size || (isWhole && BinaryPrimitives.ReadUInt16BigEndian(datagram[4..]) != datagram.Length))
        {
            return false;
        }

        Span<byte> field = datagram.Slice(UdpHeader.ChecksumOffset, sizeof(ushort));
        if (checksum == ChecksumState.Partial)
        {
            Complete(datagram, field, pseudoHeader);
        }
        else if (isWhole && checksum == ChecksumState.Unknown && !IsRight(datagram, field, pseudoHeader))
        {
            return false;
        }

        ushort source = BinaryPrimitives.ReadUInt16BigEndian(datagram);
        datagram.Slice(2, sizeof(ushort)).CopyTo(datagram);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[2..], source);
        return true;
    }

    private static void Complete(Span<byte> datagram, Span<byte> field, ulong pseudoHeader)
    {
        field.Clear();
        ushort sum = InternetChecksum.Finish(InternetChecksum.Add(datagram, pseudoHeader));
        // Zero means "no checksum": the other form of zero stands for it.
        BinaryPrimitives.WriteUInt16BigEndian(field, sum == 0 ? (ushort)0xFFFF : sum);
    }

    private static bool IsRight(ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> field, ulong pseudoHeader) =>
        BinaryPrimitives.ReadUInt16BigEndian(field) == 0 || InternetChecksum.Finish(InternetChecksum.Add(datagram, pseudoHeader)) == 0;

    private static ulong PseudoHeader(uint source, uint destination, int length) =>
        (ulong)source + destination + Ipv4Header.Udp + (uint)length;

    private bool IsHere(uint address) => (address & _mask) == _network;
}
