namespace Xen.Devices;

/// <summary>Captures every frame that a device receives or is given to send.</summary>
public sealed class PcapNetworkDevice : NetworkDeviceDecorator
{
    private readonly PcapngWriter _writer;
    private readonly int _interface;

    /// <summary>Captures a device's frames.</summary>
    /// <param name="inner">The device; it is disposed with the decorator.</param>
    /// <param name="writer">Where to; shared by several devices or not, and its owner disposes it after them.</param>
    public PcapNetworkDevice(INetworkDevice inner, PcapngWriter writer)
        : base(inner)
    {
        ArgumentNullException.ThrowIfNull(writer);
        _writer = writer;
        _interface = writer.AddInterface(inner.Name);
    }

    /// <inheritdoc />
    protected override DeviceResult OnSend(TransmitFrame frame)
    {
        // Before it is sent: afterwards its memory is the device's.
        _writer.Write(_interface, PcapngDirection.Outbound, frame.Span);
        return frame.Send();
    }

    /// <inheritdoc />
    protected override ValueTask OnReceiveAsync(ReceivedFrame frame, FrameHandler handler)
    {
        _writer.Write(_interface, PcapngDirection.Inbound, frame.Payload);
        return base.OnReceiveAsync(frame, handler);
    }
}
