using Xen.Devices;
using Xen.Rings;
using Xen.Store;

namespace Xen.Netfront;

/// <summary>
/// A network front end. What users hold stays; the connection behind it is replaced by <see cref="ReconnectAsync"/> when the back end
/// went away and came back.
/// </summary>
public sealed class NetfrontDevice : INetworkDevice
{
    private readonly XenbusPorts _ports;
    private readonly string _path;
    private readonly NetfrontOptions _options;
    private readonly XenbusTimeouts? _timeouts;
    // Nobody holds the device before its first connection is there.
    private NetfrontConnection _connection = null!;
    private XenbusConnection _xenbus = null!;
    private NetworkStatistics _earlier;
    private bool _isConnecting;
    private bool _isDisposed;

    private NetfrontDevice(XenbusPorts ports, string path, NetfrontOptions options, XenbusTimeouts? timeouts)
    {
        _ports = ports;
        _path = path;
        _options = options;
        _timeouts = timeouts;
    }

    /// <inheritdoc />
    public string Name => _path;

    /// <inheritdoc />
    public MacAddress MacAddress => _connection.Identity.MacAddress;

    /// <inheritdoc />
    public int Mtu => _connection.Identity.Mtu;

    /// <inheritdoc />
    public int MaxFrameSize => (Offloads & NetworkOffloads.ScatterGather) != 0
        ? _connection.LargestFrame
        : Math.Min(Mtu + Netif.MinPacketBytes, Netif.PageBytes);

    /// <inheritdoc />
    public NetworkOffloads Offloads => _connection.Features.Offloads;

    /// <inheritdoc />
    public int QueueCount => _connection.Queues.Length;

    /// <summary>True while frames can be sent.</summary>
    public bool IsConnected => _connection.IsRunning;

    /// <summary>How the present connection ended; not complete while it has not.</summary>
    public Task<XenbusEnd> Completion => _xenbus.Completion;

    /// <summary>The rings of each queue, for people: transmit and receive. None while the device is not connected.</summary>
    public IReadOnlyList<(RingState Transmit, RingState Receive)> Rings => IsConnected
        ? [.. _connection.Queues.Select(queue => (queue.Transmit.Snapshot(), queue.Receive.Snapshot()))]
        : [];

    /// <summary>Opens the interface of a node and waits until it is connected.</summary>
    /// <param name="ports">What the guest's drivers share.</param>
    /// <param name="path">The front end's node: <c>device/vif/0</c>.</param>
    /// <param name="options">How; <see cref="NetfrontOptions.Default"/> when left out.</param>
    /// <param name="timeouts">How long to wait for the back end.</param>
    /// <param name="cancellationToken">Ends the wait; nothing stays allocated then.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of the options is not what it can be.</exception>
    /// <exception cref="XenProtocolException">A key of the back end or of the toolstack is not what the protocol allows.</exception>
    /// <exception cref="Platform.XenException">No such device, no back end in time, or no grants, ports or pages left.</exception>
    public static async ValueTask<NetfrontDevice> OpenAsync(
        XenbusPorts ports,
        string path,
        NetfrontOptions? options = null,
        XenbusTimeouts? timeouts = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ports);
        options ??= NetfrontOptions.Default;
        options.Check();
        var device = new NetfrontDevice(ports, path, options, timeouts);
        await device.ConnectAsync(cancellationToken);
        return Telemetry.Add(device);
    }

    /// <summary>
    /// Connects again after the connection before has ended, with its listeners and reservations; waits for its end when it is on its way there.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">The device is connected, or is being connected.</exception>
    /// <exception cref="ObjectDisposedException">The device was disposed, before or meanwhile.</exception>
    public async ValueTask ReconnectAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (IsConnected || _isConnecting)
        {
            throw new InvalidOperationException($"{_path} is {(IsConnected ? "connected" : "being connected")}.");
        }

        _isConnecting = true;
        try
        {
            await Completion.WaitAsync(Timeout.InfiniteTimeSpan, _ports.Scheduler.TimeProvider, cancellationToken);
            await ConnectAsync(cancellationToken);
        }
        finally
        {
            _isConnecting = false;
        }
    }

    /// <inheritdoc />
    public bool TryReserve(int length, out TransmitFrame frame) => TryReserve(length, 0, out frame);

    /// <inheritdoc />
    public bool TryReserve(int length, uint flow, out TransmitFrame frame)
    {
        CheckLength(length);
        return _connection.QueueOf(flow).Transmit.TryReserve(length, out frame);
    }

    /// <inheritdoc />
    public ValueTask<TransmitFrame> ReserveAsync(int length, CancellationToken cancellationToken = default) => ReserveAsync(length, 0, cancellationToken);

    /// <inheritdoc />
    public ValueTask<TransmitFrame> ReserveAsync(int length, uint flow, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (TryReserve(length, flow, out TransmitFrame frame))
        {
            return new ValueTask<TransmitFrame>(frame);
        }

        return IsConnected
            ? _connection.QueueOf(flow).Transmit.WaitAsync(length, cancellationToken)
            : ValueTask.FromException<TransmitFrame>(_connection.MakeException());
    }

    /// <inheritdoc />
    public Task<DeviceResult> ListenAsync(FrameHandler handler, ListenOptions options, CancellationToken cancellationToken = default) =>
        _connection.Inbox.ListenAsync(handler, options, cancellationToken);

    /// <inheritdoc />
    public NetworkStatistics GetStatistics() => _connection.Queues.Aggregate(_earlier, static (sum, queue) => sum + queue.GetStatistics());

    /// <summary>The device and the state of its rings, in one line for people.</summary>
    public override string ToString() =>
        IsConnected ? $"{Name}: {string.Join("; ", Rings.Select(rings => $"tx {rings.Transmit}; rx {rings.Receive}"))}" : $"{Name}: not connected";

    /// <summary>Closes, a connection that is being made, too. Idempotent.</summary>
    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        Telemetry.Remove(this);
        _connection.Inbox.End(DeviceResult.Success);
        await _xenbus.DisposeAsync();
    }

    private async ValueTask ConnectAsync(CancellationToken cancellationToken)
    {
        XenbusContext context = await XenbusContext.ReadFrontendAsync(_ports, _path, cancellationToken);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var connection = new NetfrontConnection(context, _options);
        // Ours from its beginning, so that disposing the device meanwhile closes it.
        _xenbus = XenbusConnection.Start(context, XenbusRules.NetworkFrontend, connection, _timeouts);
        try
        {
            await _xenbus.WaitConnectedAsync(cancellationToken);
        }
        catch
        {
            await _xenbus.DisposeAsync();
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            throw;
        }

        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _earlier = _connection is null ? default : GetStatistics();
        _connection = connection;
        _ = EndListenersAsync(connection, _xenbus);
    }

    private void CheckLength(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, Netif.MinPacketBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MaxFrameSize);
    }

    private static async Task EndListenersAsync(NetfrontConnection connection, XenbusConnection xenbus)
    {
        XenbusEnd end = await xenbus.Completion;
        connection.Inbox.End(new DeviceResult(DeviceStatus.Disconnected, 0), end.Exception);
    }
}
