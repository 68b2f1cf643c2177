using Microsoft.Extensions.Logging;
using Xen.Devices;
using Xen.Rings;
using Xen.Store;

namespace Xen.Blkfront;

/// <summary>
/// A block device of a Xen guest. It stays the same over any number of connections: when the backend went away operations answer
/// <see cref="DeviceStatus.Disconnected"/> until <see cref="ReconnectAsync"/>. When the backend broke the protocol they throw
/// <see cref="XenProtocolException"/>.
/// </summary>
public sealed partial class BlkfrontDevice : IBlockDevice
{
    private readonly XenbusPorts _ports;
    private readonly BlkfrontOptions _options;
    private readonly BlkfrontCounters _counters = new();
    private readonly ILogger _logger;
    private BlkfrontConnection? _connection;
    private XenbusConnection? _xenbus;
    private BlockDeviceInfo _lastInfo;
    private bool _isConnecting;
    private bool _isDisposed;

    private BlkfrontDevice(XenbusPorts ports, string path, BlkfrontOptions options)
    {
        _ports = ports;
        Name = path;
        _options = options;
        _logger = ports.LoggerFactory.CreateLogger<BlkfrontDevice>();
    }

    /// <inheritdoc />
    public string Name { get; }

    /// <inheritdoc />
    /// <remarks>While the device is not connected, what it was.</remarks>
    public BlockDeviceInfo Info => _connection is { IsOpen: true } connection ? _lastInfo = connection.Info : _lastInfo;

    /// <inheritdoc />
    public int MaxReservationLength => _connection is { IsOpen: true } connection ? connection.Queue.Reserved.MaxLength : 0;

    /// <summary>True while operations are taken.</summary>
    public bool IsConnected => _connection is { IsOpen: true };

    /// <summary>Ends with the present connection, and says why it ended. Never fails.</summary>
    public Task<XenbusEnd> ConnectionCompletion => _xenbus!.Completion;

    /// <summary>The state of the ring, for people; <see langword="null"/> while the device is not connected.</summary>
    public RingState? Ring => _connection is { IsOpen: true } connection ? connection.Queue.Snapshot() : null;

    /// <summary>Connects to the backend of a device.</summary>
    /// <param name="ports">What the guest's drivers share.</param>
    /// <param name="path">The front end's node: <c>device/vbd/51712</c>.</param>
    /// <param name="options">How it behaves; <see cref="BlkfrontOptions.Default"/> when left out.</param>
    /// <param name="cancellationToken">Ends the wait; nothing is left behind.</param>
    /// <exception cref="XenProtocolException">The backend's keys are missing or malformed.</exception>
    /// <exception cref="Platform.XenException">No such device, no answer in time, or not enough pages, grants or ports.</exception>
    public static async ValueTask<BlkfrontDevice> OpenAsync(
        XenbusPorts ports, string path, BlkfrontOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ports);
        BlkfrontOptions chosen = options ?? BlkfrontOptions.Default;
        chosen.Check();
        var device = new BlkfrontDevice(ports, path, chosen);
        await device.ConnectAsync(cancellationToken);
        return Telemetry.Add(device);
    }

    /// <summary>Connects again, after the connection before has ended; waits for its end when it is on its way there.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">The device is connected, or is being connected.</exception>
    /// <exception cref="ObjectDisposedException">The device was disposed, before or meanwhile.</exception>
    public async ValueTask ReconnectAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (IsConnected || _isConnecting)
        {
            throw new InvalidOperationException($"{Name} is {(IsConnected ? "connected" : "being connected")}.");
        }

        _isConnecting = true;
        try
        {
            await _xenbus!.Completion.WaitAsync(Timeout.InfiniteTimeSpan, _ports.Scheduler.TimeProvider, cancellationToken);
            await ConnectAsync(cancellationToken);
        }
        finally
        {
            _isConnecting = false;
        }
    }

    /// <inheritdoc />
    public bool TryReserve(int length, out BlockBuffer buffer)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        buffer = default;
        if (!IsConnected)
        {
            return false;
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MaxReservationLength);
        if (!IsWhole((ulong)length))
        {
            throw new ArgumentOutOfRangeException(nameof(length), length, $"A whole number of sectors of {Info.SectorSize} bytes was expected.");
        }

        return _connection!.Queue.Reserved.TryReserve(length, out buffer);
    }

    /// <inheritdoc />
    public BlockStatistics GetStatistics() => _counters.Snapshot();

    /// <summary>The device and the state of its ring, in one line for people.</summary>
    public override string ToString() => $"{Name}: {Ring?.ToString() ?? "not connected"}";

    /// <summary>
    /// Closes, a connection that is being made, too: what was started is answered within the close timeout or ends with
    /// <see cref="DeviceStatus.Disconnected"/>. Idempotent.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        Telemetry.Remove(this);
        if (_xenbus is not null)
        {
            await _xenbus.DisposeAsync();
        }
    }

    private async ValueTask ConnectAsync(CancellationToken cancellationToken)
    {
        XenbusContext context = await XenbusContext.ReadFrontendAsync(_ports, Name, cancellationToken);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var connection = new BlkfrontConnection(_options, _counters, _logger);
        // Ours from its beginning, so that disposing the device meanwhile closes it.
        _xenbus = XenbusConnection.Start(context, XenbusRules.BlockFrontend, connection, _options.Timeouts);
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
        _connection = connection;
        _lastInfo = connection.Info;
    }

    private bool IsWhole(ulong length) => length % (ulong)_lastInfo.SectorSize == 0;
}
