using System.Buffers;
using System.Net;

namespace Xen.Devices.Packets;

/// <summary>
/// A minimal IPv4 host on a network device, for trying the device out: it resolves addresses, pings, sends UDP and answers ARP and
/// ping for its own address. One question at a time; no routing, no fragments.
/// </summary>
/// <remarks><see cref="ListenAsync"/> must be running for answers to arrive.</remarks>
public sealed class NetworkProbe
{
    private const ushort Identifier = 0x5853;
    private const ushort EchoSourcePort = 40_000;

    private readonly INetworkDevice _device;
    private readonly TimeProvider _timeProvider;
    private readonly Ipv4Address _address;
    private TaskCompletionSource<bool>? _answer;
    private Ipv4Address _asked;
    private MacAddress _resolved;
    private ReadOnlyMemory<byte> _expected;
    private ushort _sequence;

    /// <summary>Makes a host.</summary>
    /// <param name="device">The device; stays the caller's.</param>
    /// <param name="address">The host's own IPv4 address.</param>
    /// <param name="timeProvider">The guest's time.</param>
    public NetworkProbe(INetworkDevice device, IPAddress address, TimeProvider timeProvider)
    {
        _device = device;
        _address = Ipv4Address.From(address);
        _timeProvider = timeProvider;
    }

    /// <summary>Counts of frames that this host answered for others.</summary>
    public long Answered { get; private set; }

    /// <summary>Called for each UDP datagram that is not the answer to a question of this host: its source, its ports, its data.</summary>
    public Action<Ipv4Address, UdpHeader, ReadOnlySpan<byte>>? DatagramReceived { get; set; }

    /// <summary>Receives until cancelled or the device ends.</summary>
    public Task<DeviceResult> ListenAsync(CancellationToken cancellationToken = default) =>
        _device.ListenAsync(Handle, ListenOptions.Default, cancellationToken);

    /// <summary>Asks for the hardware address of a neighbour.</summary>
    /// <param name="target">Its IPv4 address.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns><see langword="null"/> when nobody answered.</returns>
    public async ValueTask<MacAddress?> ResolveAsync(IPAddress target, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        Task<bool> answer = Ask(Ipv4Address.From(target));
        using (TransmitFrame frame = await _device.ReserveAsync(EthernetHeader.Size + ArpPacket.Size, cancellationToken))
        {
            new EthernetHeader(MacAddress.Broadcast, _device.MacAddress, EthernetHeader.Arp).Write(frame.Span);
            new ArpPacket(ArpPacket.Request, _device.MacAddress, _address, default, _asked).Write(frame.Span[EthernetHeader.Size..]);
            frame.Send().ThrowIfFailed();
        }

        return await WaitAsync(answer, timeout, cancellationToken) ? _resolved : null;
    }

    /// <summary>Pings a neighbour and compares the data that comes back.</summary>
    /// <param name="target">Its IPv4 address.</param>
    /// <param name="mac">Its hardware address.</param>
    /// <param name="data">What to send.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The time it took; <see langword="null"/> when no answer came or its data differed.</returns>
    public async ValueTask<TimeSpan?> PingAsync(
        IPAddress target, MacAddress mac, ReadOnlyMemory<byte> data, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        Task<bool> answer = Ask(Ipv4Address.From(target), data);
        _sequence++;
        long start = _timeProvider.GetTimestamp();
        var ip = new Ipv4Header(_address, _asked, Ipv4Header.Icmp, IcmpEcho.Size + data.Length);
        using (TransmitFrame frame = await ReservePacketAsync(ip, cancellationToken))
        {
            Span<byte> message = BeginPacket(frame.Span, mac, ip);
            data.Span.CopyTo(message[IcmpEcho.Size..]);
            new IcmpEcho(IcmpEcho.Request, Identifier, _sequence).Write(message);
            frame.Send().ThrowIfFailed();
        }

        return await WaitAsync(answer, timeout, cancellationToken) ? _timeProvider.GetElapsedTime(start) : null;
    }

    /// <summary>Sends a UDP datagram to an echo service and compares what comes back.</summary>
    /// <param name="target">The service's IPv4 address.</param>
    /// <param name="mac">Its hardware address.</param>
    /// <param name="port">The service's port; 7 by convention.</param>
    /// <param name="data">What to send.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The time it took; <see langword="null"/> when no answer came or its data differed.</returns>
    public async ValueTask<TimeSpan?> EchoAsync(
        IPAddress target, MacAddress mac, ushort port, ReadOnlyMemory<byte> data, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        Task<bool> answer = Ask(Ipv4Address.From(target), data);
        long start = _timeProvider.GetTimestamp();
        await SendAsync(target, mac, new UdpHeader(EchoSourcePort, port), data, cancellationToken);
        return await WaitAsync(answer, timeout, cancellationToken) ? _timeProvider.GetElapsedTime(start) : null;
    }

    /// <summary>Sends a UDP datagram.</summary>
    /// <param name="target">The receiver's IPv4 address.</param>
    /// <param name="mac">Its hardware address.</param>
    /// <param name="ports">From and to.</param>
    /// <param name="data">What to send.</param>
    /// <param name="cancellationToken">Ends the wait for space.</param>
    public async ValueTask SendAsync(
        IPAddress target, MacAddress mac, UdpHeader ports, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        var ip = new Ipv4Header(_address, Ipv4Address.From(target), Ipv4Header.Udp, UdpHeader.Size + data.Length);
        using TransmitFrame frame = await ReservePacketAsync(ip, cancellationToken);
        Span<byte> datagram = BeginPacket(frame.Span, mac, ip);
        data.Span.CopyTo(datagram[UdpHeader.Size..]);
        ports.Write(ip, datagram);
        frame.Send().ThrowIfFailed();
    }

    private ValueTask<TransmitFrame> ReservePacketAsync(Ipv4Header ip, CancellationToken cancellationToken) =>
        _device.ReserveAsync(EthernetHeader.Size + Ipv4Header.Size + ip.PayloadLength, cancellationToken);

    private Span<byte> BeginPacket(Span<byte> frame, MacAddress mac, Ipv4Header ip)
    {
        new EthernetHeader(mac, _device.MacAddress, EthernetHeader.Ipv4).Write(frame);
        ip.Write(frame[EthernetHeader.Size..]);
        return frame[(EthernetHeader.Size + Ipv4Header.Size)..];
    }

    private Task<bool> Ask(Ipv4Address whom, ReadOnlyMemory<byte> expected = default)
    {
        _asked = whom;
        _expected = expected;
        // Not RunContinuationsAsynchronously: that would take the wait to the thread pool (docs/determinism.md).
        _answer = new TaskCompletionSource<bool>();
        return _answer.Task;
    }

    private async ValueTask<bool> WaitAsync(Task<bool> answer, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            return await answer.WaitAsync(timeout, _timeProvider, cancellationToken);
        }
        catch (TimeoutException)
        {
            return false;
        }
        finally
        {
            _answer = null;
        }
    }

    private ValueTask Handle(ReceivedFrame frame)
    {
        byte[]? rented = null;
        ReadOnlySpan<byte> bytes = frame.FirstSpan;
        if (!frame.IsSingleSegment)
        {
            rented = ArrayPool<byte>.Shared.Rent(frame.Length);
            frame.CopyTo(rented);
            bytes = rented.AsSpan(0, frame.Length);
        }

        HandleFrame(bytes, frame.Offload.Checksum);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return default;
    }

    private void HandleFrame(ReadOnlySpan<byte> frame, ChecksumState checksum)
    {
        if (!EthernetHeader.TryRead(frame, out EthernetHeader ethernet))
        {
            return;
        }

        ReadOnlySpan<byte> packet = frame[EthernetHeader.Size..];
        if (ethernet.EtherType == EthernetHeader.Arp && ArpPacket.TryRead(packet, out ArpPacket arp))
        {
            HandleArp(arp);
        }
        else if (ethernet.EtherType == EthernetHeader.Ipv4 && Ipv4Header.TryRead(packet, out Ipv4Header ip) && ip.Destination == _address)
        {
            HandleIpv4(ethernet, ip, packet.Slice(ip.HeaderLength, ip.PayloadLength), checksum);
        }
    }

    private void HandleArp(ArpPacket arp)
    {
        if (arp.Operation == ArpPacket.Request && arp.TargetAddress == _address)
        {
            AnswerArp(arp);
        }
        else if (arp.Operation == ArpPacket.Reply && arp.SenderAddress == _asked && _expected.IsEmpty)
        {
            _resolved = arp.SenderMac;
            _answer?.TrySetResult(true);
        }
    }

    private void AnswerArp(ArpPacket arp)
    {
        if (!_device.TryReserve(EthernetHeader.Size + ArpPacket.Size, out TransmitFrame reply))
        {
            return;
        }

        using (reply)
        {
            new EthernetHeader(arp.SenderMac, _device.MacAddress, EthernetHeader.Arp).Write(reply.Span);
            new ArpPacket(ArpPacket.Reply, _device.MacAddress, _address, arp.SenderMac, arp.SenderAddress).Write(reply.Span[EthernetHeader.Size..]);
            Answered += reply.Send().IsSuccess ? 1 : 0;
        }
    }

    private void HandleIpv4(EthernetHeader ethernet, Ipv4Header ip, ReadOnlySpan<byte> payload, ChecksumState checksum)
    {
        if (ip.Protocol == Ipv4Header.Icmp && IcmpEcho.TryRead(payload, out IcmpEcho echo))
        {
            HandleEcho(ethernet, ip, echo, payload);
        }
        else if (ip.Protocol == Ipv4Header.Udp && UdpHeader.TryRead(ip, payload, checksum, out UdpHeader udp))
        {
            HandleUdp(ip, udp, payload[UdpHeader.Size..]);
        }
    }

    private void HandleEcho(EthernetHeader ethernet, Ipv4Header ip, IcmpEcho echo, ReadOnlySpan<byte> message)
    {
        if (echo.Type == IcmpEcho.Request)
        {
            AnswerEcho(ethernet, ip, echo, message);
        }
        else if (echo.Identifier == Identifier && echo.Sequence == _sequence && ip.Source == _asked)
        {
            _answer?.TrySetResult(message[IcmpEcho.Size..].SequenceEqual(_expected.Span));
        }
    }

    private void AnswerEcho(EthernetHeader ethernet, Ipv4Header ip, IcmpEcho echo, ReadOnlySpan<byte> message)
    {
        if (!_device.TryReserve(EthernetHeader.Size + Ipv4Header.Size + message.Length, out TransmitFrame reply))
        {
            return;
        }

        using (reply)
        {
            Span<byte> answer = BeginPacket(reply.Span, ethernet.Source, new Ipv4Header(_address, ip.Source, Ipv4Header.Icmp, message.Length));
            message.CopyTo(answer);
            (echo with { Type = IcmpEcho.Reply }).Write(answer);
            Answered += reply.Send().IsSuccess ? 1 : 0;
        }
    }

    private void HandleUdp(Ipv4Header ip, UdpHeader udp, ReadOnlySpan<byte> data)
    {
        if (_answer is not null && udp.DestinationPort == EchoSourcePort && ip.Source == _asked)
        {
            _answer.TrySetResult(data.SequenceEqual(_expected.Span));
            return;
        }

        DatagramReceived?.Invoke(ip.Source, udp, data);
    }
}
