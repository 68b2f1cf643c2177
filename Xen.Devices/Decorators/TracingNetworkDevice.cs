using System.Buffers.Binary;

namespace Xen.Devices;

/// <summary>Tells of every frame that a device sends and receives.</summary>
public sealed class TracingNetworkDevice : NetworkDeviceDecorator
{
    private const int EtherTypeOffset = 2 * MacAddress.Size;
    private const int HeaderSize = EtherTypeOffset + sizeof(ushort);

    private readonly Action<NetworkTraceEvent> _sink;

    /// <summary>Traces a device.</summary>
    /// <param name="inner">The device; it is disposed with the decorator.</param>
    /// <param name="sink">Told of each frame, on the guest's scheduler.</param>
    public TracingNetworkDevice(INetworkDevice inner, Action<NetworkTraceEvent> sink)
        : base(inner)
    {
        ArgumentNullException.ThrowIfNull(sink);
        _sink = sink;
    }

    /// <inheritdoc />
    protected override DeviceResult OnSend(TransmitFrame frame)
    {
        // Before it is sent: afterwards its memory is the device's.
        NetworkTraceEvent sent = Describe(PcapngDirection.Outbound, frame.Span, frame.Length, frame.Offload);
        DeviceResult result = frame.Send();
        _sink(sent with { Result = result });
        return result;
    }

    /// <inheritdoc />
    protected override ValueTask OnReceiveAsync(ReceivedFrame frame, FrameHandler handler)
    {
        _sink(Describe(PcapngDirection.Inbound, frame.FirstSpan, frame.Length, frame.Offload));
        return base.OnReceiveAsync(frame, handler);
    }

    // The header may be spread over segments by a strange sender; what is not in the first one is shown as 0.
    private NetworkTraceEvent Describe(PcapngDirection direction, ReadOnlySpan<byte> start, int length, FrameOffload offload)
    {
        bool whole = start.Length >= HeaderSize;
        return new NetworkTraceEvent(
            Name,
            direction,
            length,
            offload,
            whole ? MacAddress.Read(start[MacAddress.Size..]) : default,
            whole ? MacAddress.Read(start) : default,
            whole ? BinaryPrimitives.ReadUInt16BigEndian(start[EtherTypeOffset..]) : (ushort)0,
            DeviceResult.Success);
    }
}
