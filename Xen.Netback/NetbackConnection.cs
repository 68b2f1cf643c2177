using System.Globalization;
using Microsoft.Extensions.Logging;
using Xen.Devices;
using Xen.Platform;
using Xen.Rings;
using Xen.Store;

namespace Xen.Netback;

#pragma warning disable CA1001 // ReleaseAsync, which always follows, disposes the source.
/// <summary>One connection of a back end, and whoever serves it.</summary>
internal sealed class NetbackConnection : IXenbusDriver
{
    private readonly NetbackOptions _options;
    private readonly Func<NetbackDevice, CancellationToken, Task> _serve;
    private readonly ILogger _logger;
    private readonly string _path;
    private readonly WaitSource<bool> _arrival;
    private readonly FrameInbox _inbox;
    private readonly CancellationTokenSource _stopping = new();
    private XenbusConnection? _xenbus;
    private NetbackQueue[] _queues = [];
    private Task _serving = Task.CompletedTask;
    private Exception? _failure;

    public NetbackConnection(XenbusContext context, NetbackOptions options, Func<NetbackDevice, CancellationToken, Task> serve)
    {
        _options = options;
        _serve = serve;
        _logger = context.LoggerFactory.CreateLogger<NetbackDevice>();
        _path = context.Path;
        _arrival = new WaitSource<bool>(context.Scheduler);
        _inbox = new FrameInbox(options.ReceivePages * options.MaxQueues, _arrival.WaitAsync, Wake, exception => Log.HandlerFailed(_logger, _path, exception));
    }

    /// <inheritdoc />
    public ValueTask PrepareAsync(XenbusConnection connection, CancellationToken cancellationToken)
    {
        _xenbus = connection;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public async ValueTask PublishAsync(XenbusConnection connection, StoreTransaction transaction, CancellationToken cancellationToken)
    {
        foreach ((string key, string value) in Keys())
        {
            await transaction.WriteAsync(connection.Context.Key(key), value, cancellationToken);
        }
    }

    /// <inheritdoc />
    public async ValueTask ConnectAsync(XenbusConnection connection, CancellationToken cancellationToken)
    {
        NetbackFrontend frontend = await NetbackFrontend.ReadAsync(connection, _options, cancellationToken);
        int mtu = await ReadMtuAsync(connection, cancellationToken);
        CreateQueues(connection.Context, frontend);
        foreach (NetbackQueue queue in _queues)
        {
            queue.Start();
        }

        Log.Connected(_logger, _path, connection.Context.Peer, frontend.Offloads);
        var device = new NetbackDevice(connection, _queues, _options, frontend, mtu, _inbox, MakeException);
        _serving = ServeAsync(device);
    }

    /// <inheritdoc />
    public ValueTask RefreshAsync(XenbusConnection connection, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc />
    public async ValueTask DrainAsync(XenbusConnection connection, CancellationToken cancellationToken)
    {
        Stop();
        _inbox.End(new DeviceResult(DeviceStatus.Disconnected, 0), _failure);
        _stopping.Cancel();
        await _serving.WaitAsync(Timeout.InfiniteTimeSpan, connection.Context.TimeProvider, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask ReleaseAsync(XenbusConnection connection)
    {
        foreach (NetbackQueue queue in _queues)
        {
            queue.Release();
        }

        _stopping.Dispose();
        return ValueTask.CompletedTask;
    }

    // All or none: a front end that names what is not its own gets no queue at all.
    private void CreateQueues(XenbusContext context, NetbackFrontend frontend)
    {
        var queues = new List<NetbackQueue>(frontend.Queues.Length);
        try
        {
            foreach (NetbackFrontendQueue keys in frontend.Queues)
            {
                queues.Add(NetbackQueue.Create(context, frontend, keys, _options, _inbox, Break));
            }
        }
        catch
        {
            queues.ForEach(queue => queue.Release());
            throw;
        }

        _queues = [.. queues];
    }

    private async Task ServeAsync(NetbackDevice device)
    {
        Telemetry.Add(device);
        try
        {
            await _serve(device, _stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The connection ends: so does serving it.
        }
#pragma warning disable CA1031 // Whoever serves one guest does not take the others down; the connection ends with the reason.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _xenbus!.Fail(exception);
        }
        finally
        {
            Telemetry.Remove(device);
        }
    }

    private static async ValueTask<int> ReadMtuAsync(XenbusConnection connection, CancellationToken cancellationToken)
    {
        byte[]? text = await connection.Context.Store.TryReadAsync(connection.Context.Key(NetifKeys.Mtu), cancellationToken);
        if (text is null)
        {
            return NetifKeys.DefaultMtu;
        }

        return NetifKeys.TryParseMtu(text, out int mtu)
            ? mtu
            : throw connection.Violation($"{NetifKeys.Mtu} is {NetifKeys.MinMtu} to 65535 (R12)", XenProtocolException.Show(text));
    }

    private Exception MakeException() => _failure is XenProtocolException breach
        ? new XenProtocolException(breach.DevicePath, breach.Rule, breach.OffendingValue, breach.OwnState, breach.PeerState, breach)
        : new IOException($"{_path} is disconnected.");

    // The first breach ends all work at once; the handshake follows in its own time.
    private void Break(NetifViolation violation, RingState ring)
    {
        XenProtocolException breach = _xenbus!.Violation($"{violation.Expected} ({violation.Rule})", $"{violation.Value}; ring: {ring}");
        _failure = breach;
        Log.Broken(_logger, _path, violation.Rule, violation.Value);
        Stop();
        _xenbus.Fail(breach);
    }

    private void Stop()
    {
        foreach (NetbackQueue queue in _queues)
        {
            queue.Stop(MakeException);
        }
    }

    private void Wake() => _arrival.TrySetResult(true);

    private IEnumerable<(string Key, string Value)> Keys()
    {
        yield return (NetifKeys.FeatureRxCopy, "1");
        yield return (NetifKeys.FeatureSg, Switch(_options.OfferScatterGather));
        yield return (NetifKeys.FeatureGsoTcpV4, Switch(_options.OfferScatterGather && _options.OfferGso));
        yield return (NetifKeys.FeatureGsoTcpV6, Switch(_options.OfferScatterGather && _options.OfferGso));
        yield return (NetifKeys.FeatureIPv6CsumOffload, "1");
        yield return (NetifKeys.FeatureSplitEventChannels, Switch(_options.OfferSplitEventChannels));
        yield return (NetifKeys.MultiQueueMaxQueues, _options.MaxQueues.ToString(CultureInfo.InvariantCulture));
        yield return (NetifKeys.HotplugStatus, "connected");
    }

    private static string Switch(bool value) => value ? "1" : "0";
}
