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
public sealed class BlkfrontDevice : IBlockDevice
{
    private readonly XenbusPorts _ports;
    private readonly BlkfrontOptions _options;
    private readonly BlkfrontCounters _counters = new();
    private readonly ILogger _logger;
    private BlkfrontConnection? _connection;
    private XenbusConnection? _xenbus;
    private BlockDeviceInfo _lastInfo;
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
        return device;
    }

    /// <summary>Connects again, after the connection before has ended; waits for its end when it is on its way there.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">The device is connected.</exception>
    /// <exception cref="ObjectDisposedException">The device was disposed.</exception>
    public async ValueTask ReconnectAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (IsConnected)
        {
            throw new InvalidOperationException($"{Name} is connected.");
        }

        if (_xenbus is not null)
        {
            await _xenbus.Completion.WaitAsync(Timeout.InfiniteTimeSpan, _ports.Scheduler.TimeProvider, cancellationToken);
        }

        await ConnectAsync(cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<DeviceResult> ReadAsync(ulong sector, Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!TryEnter(sector, (ulong)buffer.Length, BlkifOperation.Read, out BlkfrontQueue? queue, out ValueTask<DeviceResult> refusal))
        {
            return refusal;
        }

        BlkfrontOperation operation = queue.Rent();
        operation.SetRead(ToUnits(sector), buffer);
        return queue.Start(operation, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<DeviceResult> ReadAsync(ulong sector, ReadOnlyMemory<Memory<byte>> buffers, CancellationToken cancellationToken = default)
    {
        ulong length = 0;
        foreach (Memory<byte> buffer in buffers.Span)
        {
            if (!IsWhole((ulong)buffer.Length))
            {
                return new ValueTask<DeviceResult>(new DeviceResult(DeviceStatus.InvalidLength, buffer.Length));
            }

            length += (ulong)buffer.Length;
        }

        if (!TryEnter(sector, length, BlkifOperation.Read, out BlkfrontQueue? queue, out ValueTask<DeviceResult> refusal))
        {
            return refusal;
        }

        BlkfrontOperation operation = queue.Rent();
        operation.SetRead(ToUnits(sector), buffers, length);
        return queue.Start(operation, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<DeviceResult> ReadAsync(ulong sector, BlockBuffer buffer, CancellationToken cancellationToken = default) =>
        UseReserved(BlkifOperation.Read, sector, buffer, cancellationToken);

    /// <inheritdoc />
    public ValueTask<DeviceResult> WriteAsync(ulong sector, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!TryEnter(sector, (ulong)buffer.Length, BlkifOperation.Write, out BlkfrontQueue? queue, out ValueTask<DeviceResult> refusal))
        {
            return refusal;
        }

        BlkfrontOperation operation = queue.Rent();
        operation.SetWrite(ToUnits(sector), buffer);
        return queue.Start(operation, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<DeviceResult> WriteAsync(ulong sector, ReadOnlyMemory<ReadOnlyMemory<byte>> buffers, CancellationToken cancellationToken = default)
    {
        ulong length = 0;
        foreach (ReadOnlyMemory<byte> buffer in buffers.Span)
        {
            if (!IsWhole((ulong)buffer.Length))
            {
                return new ValueTask<DeviceResult>(new DeviceResult(DeviceStatus.InvalidLength, buffer.Length));
            }

            length += (ulong)buffer.Length;
        }

        if (!TryEnter(sector, length, BlkifOperation.Write, out BlkfrontQueue? queue, out ValueTask<DeviceResult> refusal))
        {
            return refusal;
        }

        BlkfrontOperation operation = queue.Rent();
        operation.SetWrite(ToUnits(sector), buffers, length);
        return queue.Start(operation, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<DeviceResult> WriteAsync(ulong sector, BlockBuffer buffer, CancellationToken cancellationToken = default) =>
        UseReserved(BlkifOperation.Write, sector, buffer, cancellationToken);

    /// <inheritdoc />
    public ValueTask<DeviceResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (!TryEnter(0, 0, BlkifOperation.FlushDiskcache, out BlkfrontQueue? queue, out ValueTask<DeviceResult> refusal))
        {
            return refusal;
        }

        BlkfrontOperation operation = queue.Rent();
        operation.SetFlush();
        return queue.Start(operation, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<DeviceResult> DiscardAsync(ulong sector, ulong sectorCount, CancellationToken cancellationToken = default)
    {
        // More sectors than any device has are as good as all of them: no product that could wrap.
        ulong length = Math.Min(sectorCount, ulong.MaxValue / 4096) * (ulong)_lastInfo.SectorSize;
        if (!TryEnter(sector, length, BlkifOperation.Discard, out BlkfrontQueue? queue, out ValueTask<DeviceResult> refusal))
        {
            return refusal;
        }

        BlkfrontOperation operation = queue.Rent();
        operation.SetDiscard(ToUnits(sector), length);
        return queue.Start(operation, cancellationToken);
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

    /// <summary>Closes: what was started is answered within the close timeout or ends with <see cref="DeviceStatus.Disconnected"/>. Idempotent.</summary>
    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        if (_xenbus is not null)
        {
            await _xenbus.DisposeAsync();
        }
    }

    private async ValueTask ConnectAsync(CancellationToken cancellationToken)
    {
        XenbusContext context = await XenbusContext.ReadFrontendAsync(_ports, Name, cancellationToken);
        var connection = new BlkfrontConnection(_options, _counters, _logger);
        _xenbus = await XenbusConnection.OpenAsync(context, XenbusRules.BlockFrontend, connection, _options.Timeouts, cancellationToken);
        _connection = connection;
        _lastInfo = connection.Info;
    }

    private ValueTask<DeviceResult> UseReserved(BlkifOperation kind, ulong sector, BlockBuffer buffer, CancellationToken cancellationToken)
    {
        ulong length = (ulong)buffer.Span.Length;
        if (!TryEnter(sector, length, kind, out BlkfrontQueue? queue, out ValueTask<DeviceResult> refusal))
        {
            return refusal;
        }

        int reserved = queue.Reserved.BeginUse(buffer);
        BlkfrontOperation operation = queue.Rent();
        operation.SetReserved(kind, ToUnits(sector), buffer.Index, reserved);
        return queue.Start(operation, cancellationToken);
    }

    // Everything that can be refused before anything is taken.
    private bool TryEnter(
        ulong sector,
        ulong length,
        BlkifOperation kind,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out BlkfrontQueue? queue,
        out ValueTask<DeviceResult> refusal)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        queue = null;
        if (_connection is not { IsOpen: true } connection)
        {
            refusal = _connection?.Breach is { } breach
                ? ValueTask.FromException<DeviceResult>(breach)
                : new ValueTask<DeviceResult>(new DeviceResult(DeviceStatus.Disconnected, 0));
            return false;
        }

        DeviceResult check = Check(connection.Info, sector, length, kind);
        refusal = new ValueTask<DeviceResult>(check);
        if (!check.IsSuccess || (length == 0 && kind != BlkifOperation.FlushDiskcache))
        {
            return false;
        }

        queue = connection.Queue;
        return true;
    }

    private static DeviceResult Check(in BlockDeviceInfo info, ulong sector, ulong length, BlkifOperation kind)
    {
        if ((kind == BlkifOperation.FlushDiskcache && !info.SupportsFlush) || (kind == BlkifOperation.Discard && !info.SupportsDiscard && !info.IsReadOnly))
        {
            return new DeviceResult(DeviceStatus.NotSupported, 0);
        }

        if (info.IsReadOnly && kind is BlkifOperation.Write or BlkifOperation.Discard)
        {
            return new DeviceResult(DeviceStatus.ReadOnly, 0);
        }

        ulong count = length / (ulong)info.SectorSize;
        if (count * (ulong)info.SectorSize != length)
        {
            return new DeviceResult(DeviceStatus.InvalidLength, (int)Math.Min(length, int.MaxValue));
        }

        return count > info.SizeSectors || sector > info.SizeSectors - count
            ? new DeviceResult(DeviceStatus.OutOfRange, (int)Math.Min(info.SizeSectors, int.MaxValue))
            : DeviceResult.Success;
    }

    private bool IsWhole(ulong length) => length % (ulong)_lastInfo.SectorSize == 0;

    // The ring counts in 512 bytes, whatever the device's sector is.
    private ulong ToUnits(ulong sector) => sector * (ulong)(_lastInfo.SectorSize >> Blkif.SectorShift);
}
