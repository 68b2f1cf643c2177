using System.Text;
using Xen.Devices;
using Xen.Devices.Packets;
using Xen.Hosting;
using Xen.Platform;
using Xen.Speed.Generator;

namespace Xen.Speed;

/// <summary>Frames with headers of our own on the product's network device: there is no other stack.</summary>
internal sealed class UnikernelNetwork(Guest guest, INetworkDevice device, Ipv4Address own) : ISpeedNetwork
{
    private readonly Queue<string> _orders = [];
    private readonly WaitSource<string> _waiting = new(guest.Scheduler);
    private readonly byte[] _template = new byte[Plan.HeaderBytes + 2048];
    private MacAddress _peer;

    public ReceiveCount Received { get; } = new();

    public async Task ListenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await device.ListenAsync(Handle, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The end that was asked for.
        }
    }

    public ValueTask<string> NextOrderAsync() => _orders.TryDequeue(out string? order) ? new ValueTask<string>(order) : _waiting.WaitAsync();

    public async ValueTask AnswerAsync(string text)
    {
        byte[] frame = new byte[Plan.HeaderBytes + text.Length];
        Encoding.ASCII.GetBytes(text, frame.AsSpan(Plan.HeaderBytes));
        WriteHeaders(frame, Plan.OrderPort);
        (await device.WriteAsync(frame)).ThrowIfFailed();
    }

    public async ValueTask SendAsync(int frameBytes, int count)
    {
        // The checksum is the other side's, as Linux leaves it.
        var offload = new FrameOffload(ChecksumState.Partial);
        _template.AsSpan().Clear();
        WriteHeaders(_template.AsSpan(0, frameBytes), Plan.SinkPort, isPartial: true);
        for (int i = 0; i < count; i++)
        {
            if (!device.TryReserve(frameBytes, out TransmitFrame frame))
            {
                frame = await device.ReserveAsync(frameBytes);
            }

            Span<byte> bytes = frame.Span;
            _template.AsSpan(0, frameBytes).CopyTo(bytes);
            BitConverter.TryWriteBytes(bytes[(Plan.HeaderBytes + sizeof(int))..], i);
            frame.SetOffload(offload);
            frame.Send().ThrowIfFailed();
        }
    }

    public string Describe()
    {
        NetworkStatistics statistics = device.GetStatistics();
        return $"{statistics.SentFrames} frames out, {statistics.ReceivedFrames} in, {statistics.ReceiveDropped} dropped, "
            + $"{statistics.NotificationsSent} notifications out, {statistics.NotificationsReceived} in, {statistics.SpuriousNotifications} of them spurious";
    }

    private ValueTask Handle(ReceivedFrame frame)
    {
        ReadOnlySpan<byte> bytes = frame.FirstSpan;
        if (!EthernetHeader.TryRead(bytes, out EthernetHeader ethernet) || ethernet.EtherType != EthernetHeader.Ipv4)
        {
            AnswerArp(ethernet, bytes);
            return default;
        }

        if (!Ipv4Header.TryRead(bytes[EthernetHeader.Size..], out Ipv4Header ip) || ip.Protocol != Ipv4Header.Udp || ip.Destination != own)
        {
            return default;
        }

        ReadOnlySpan<byte> datagram = bytes.Slice(EthernetHeader.Size + ip.HeaderLength, ip.PayloadLength);
        if (!UdpHeader.TryRead(ip, datagram, frame.Offload.Checksum, out UdpHeader udp) || udp.DestinationPort != Plan.AgentPort)
        {
            return default;
        }

        ReadOnlySpan<byte> payload = datagram[UdpHeader.Size..];
        if (Plan.IsData(payload))
        {
            Received.Add(1);
        }
        else
        {
            _peer = ethernet.Source;
            Take(Encoding.ASCII.GetString(payload));
        }

        return default;
    }

    private void AnswerArp(EthernetHeader ethernet, ReadOnlySpan<byte> bytes)
    {
        bool isAsked = ethernet.EtherType == EthernetHeader.Arp && ArpPacket.TryRead(bytes[EthernetHeader.Size..], out ArpPacket arp)
            && arp.Operation == ArpPacket.Request && arp.TargetAddress == own;
        if (isAsked && device.TryReserve(EthernetHeader.Size + ArpPacket.Size, out TransmitFrame frame))
        {
            new EthernetHeader(ethernet.Source, device.MacAddress, EthernetHeader.Arp).Write(frame.Span);
            new ArpPacket(ArpPacket.Reply, device.MacAddress, own, ethernet.Source, Plan.Dom0).Write(frame.Span[EthernetHeader.Size..]);
            frame.Send().ThrowIfFailed();
        }
    }

    private void Take(string order)
    {
        if (!_waiting.TrySetResult(order))
        {
            _orders.Enqueue(order);
        }
    }

    private void WriteHeaders(Span<byte> frame, ushort port, bool isPartial = false)
    {
        Span<byte> packet = frame[EthernetHeader.Size..];
        var ip = new Ipv4Header(own, Plan.Dom0, Ipv4Header.Udp, packet.Length - Ipv4Header.Size);
        var udp = new UdpHeader(Plan.AgentPort, port);
        new EthernetHeader(_peer, device.MacAddress, EthernetHeader.Ipv4).Write(frame);
        ip.Write(packet);
        if (isPartial)
        {
            udp.WritePartial(ip, packet[Ipv4Header.Size..]);
        }
        else
        {
            udp.Write(ip, packet[Ipv4Header.Size..]);
        }
    }
}
