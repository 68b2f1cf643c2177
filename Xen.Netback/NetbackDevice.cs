using Xen.Devices;
using Xen.Platform;
using Xen.Rings;
using Xen.Store;

namespace Xen.Netback;

/// <summary>
/// The back end's side of one connection as a network interface: what the front end sends is received here, what is sent here the front end
/// receives. Lives as long as the connection.
/// </summary>
public sealed class NetbackDevice : INetworkDevice
{
    private readonly XenbusConnection _xenbus;
    private readonly NetbackQueue[] _queues;
    private readonly NetbackOptions _options;
    private readonly NetbackFrontend _frontend;
    private readonly FrameInbox _inbox;
    private readonly Func<Exception> _makeException;
    private readonly int _largestFrame;

    internal NetbackDevice(
        XenbusConnection xenbus, NetbackQueue[] queues, NetbackOptions options, NetbackFrontend frontend, int mtu, FrameInbox inbox, Func<Exception> makeException)
    {
        _xenbus = xenbus;
        _queues = queues;
        _options = options;
        _frontend = frontend;
        _inbox = inbox;
        _makeException = makeException;
        _largestFrame = queues.Min(queue => queue.Send.LargestFrame);
        Mtu = mtu;
    }

    /// <inheritdoc />
    public string Name => _xenbus.Context.Path;

    /// <summary>The domain of the front end.</summary>
    public DomainId Frontend => _xenbus.Context.Peer;

    /// <inheritdoc />
    public MacAddress MacAddress => _options.MacAddress;

    /// <inheritdoc />
    public int Mtu { get; }

    /// <inheritdoc />
    public int MaxFrameSize => (Offloads & NetworkOffloads.ScatterGather) != 0
        ? _largestFrame
        : Math.Min(Mtu + Netif.MinPacketBytes, Netif.PageBytes);

    /// <inheritdoc />
    public NetworkOffloads Offloads => _frontend.Offloads;

    /// <inheritdoc />
    public int QueueCount => _queues.Length;

    /// <summary>True while frames can be sent.</summary>
    public bool IsConnected => _queues[0].IsRunning;

    /// <summary>True while a queue of the front end offers no pages and frames to it are dropped (XSA-392).</summary>
    public bool IsStalled => _queues.Any(queue => queue.Send.IsStalled);

    private NetbackQueue QueueOf(uint flow) => _queues.Length == 1 ? _queues[0] : _queues[flow % (uint)_queues.Length];

    /// <inheritdoc />
    public bool TryReserve(int length, out TransmitFrame frame) => TryReserve(length, 0, out frame);

    /// <inheritdoc />
    public bool TryReserve(int length, uint flow, out TransmitFrame frame)
    {
        CheckLength(length);
        return QueueOf(flow).Send.TryReserve(length, out frame);
    }

    /// <inheritdoc />
    public ValueTask<TransmitFrame> ReserveAsync(int length, CancellationToken cancellationToken = default) => ReserveAsync(length, 0, cancellationToken);

    /// <inheritdoc />
    public ValueTask<TransmitFrame> ReserveAsync(int length, uint flow, CancellationToken cancellationToken)
    {
        if (TryReserve(length, flow, out TransmitFrame frame))
        {
            return new ValueTask<TransmitFrame>(frame);
        }

        return IsConnected
            ? QueueOf(flow).Send.WaitAsync(length, cancellationToken)
            : ValueTask.FromException<TransmitFrame>(_makeException());
    }

    /// <inheritdoc />
    public Task<DeviceResult> ListenAsync(FrameHandler handler, ListenOptions options, CancellationToken cancellationToken = default) =>
        _inbox.ListenAsync(handler, options, cancellationToken);

    /// <inheritdoc />
    public NetworkStatistics GetStatistics() => _queues.Aggregate(new NetworkStatistics(), static (sum, queue) => sum + queue.GetStatistics());

    /// <summary>Closes the connection to the front end.</summary>
    public async ValueTask DisposeAsync()
    {
        _inbox.End(DeviceResult.Success);
        await _xenbus.DisposeAsync();
    }

    private void CheckLength(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, Netif.MinPacketBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MaxFrameSize);
    }
}
