using System.Globalization;
using Microsoft.Extensions.Logging;
using Xen.Devices;
using Xen.Platform;
using Xen.Rings;
using Xen.Store;

namespace Xen.Netfront;

/// <summary>One connection of a front end: what the device is made of until the back end goes away.</summary>
internal sealed class NetfrontConnection : IXenbusDriver
{
    private readonly NetfrontOptions _options;
    private readonly ILogger _logger;
    private readonly WaitSource<bool> _arrival;
    private XenbusConnection? _xenbus;
    private Exception? _failure;

    public NetfrontConnection(XenbusContext context, NetfrontOptions options)
    {
        _options = options;
        _logger = context.LoggerFactory.CreateLogger<NetfrontDevice>();
        _arrival = new WaitSource<bool>(context.Scheduler);
        Path = context.Path;
        Inbox = new FrameInbox(options.ReceivePages, _arrival.WaitAsync, Wake, exception => Log.HandlerFailed(_logger, Path, exception));
    }

    /// <summary>The device's node.</summary>
    public string Path { get; }

    /// <summary>What the toolstack says about the interface.</summary>
    public NetfrontIdentity Identity { get; private set; }

    /// <summary>What the back end offers.</summary>
    public NetfrontFeatures Features { get; private set; }

    /// <summary>Where received frames go.</summary>
    public FrameInbox Inbox { get; }

    /// <summary>The queues, once prepared; each has its own rings, ports and pages.</summary>
    public NetfrontQueue[] Queues { get; private set; } = [];

    /// <summary>The queue for the next frame.</summary>
    public NetfrontQueue Queue => Queues[0];

    /// <summary>True while frames can be sent.</summary>
    public bool IsRunning => Queues.Length > 0 && Queue.IsRunning;

    /// <inheritdoc />
    public async ValueTask PrepareAsync(XenbusConnection connection, CancellationToken cancellationToken)
    {
        _xenbus = connection;
        Features = await NetfrontFeatures.ReadAsync(connection, _options, cancellationToken);
        Identity = await NetfrontIdentity.ReadAsync(connection, cancellationToken);
        Queues = [NetfrontQueue.Create(connection.Context, _options, Identity, Features, Inbox, Break)];
    }

    /// <inheritdoc />
    public async ValueTask PublishAsync(XenbusConnection connection, StoreTransaction transaction, CancellationToken cancellationToken)
    {
        // An earlier connection may have agreed on other ports, and a back end that finds both kinds of keys takes the wrong one.
        foreach (string key in (string[])[NetifKeys.EventChannel, NetifKeys.EventChannelTx, NetifKeys.EventChannelRx])
        {
            await transaction.TryRemoveAsync(connection.Context.Key(key), cancellationToken);
        }

        // One queue: flat keys. Those of two and more would stand below queue-N, never both (xen-protocols 1.11).
        foreach ((string key, uint value) in Keys().Concat(Queue.Keys()))
        {
            await transaction.WriteAsync(connection.Context.Key(key), value.ToString(CultureInfo.InvariantCulture), cancellationToken);
        }
    }

    /// <inheritdoc />
    public ValueTask ConnectAsync(XenbusConnection connection, CancellationToken cancellationToken)
    {
        foreach (NetfrontQueue queue in Queues)
        {
            queue.Start();
        }

        Log.Connected(_logger, Path, Identity.MacAddress, Features.Offloads, Features.SplitEventChannels);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public ValueTask RefreshAsync(XenbusConnection connection, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc />
    public ValueTask DrainAsync(XenbusConnection connection, CancellationToken cancellationToken)
    {
        Stop();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc />
    public ValueTask ReleaseAsync(XenbusConnection connection)
    {
        foreach (NetfrontQueue queue in Queues)
        {
            queue.Release();
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>What a call gets that needs the back end when it is gone; a new exception each time.</summary>
    public Exception MakeException() => _failure is XenProtocolException breach
        ? new XenProtocolException(breach.DevicePath, breach.Rule, breach.OffendingValue, breach.OwnState, breach.PeerState, breach)
        : new IOException($"{Path} is disconnected.");

    // The first breach ends all work at once; the handshake follows in its own time.
    private void Break(NetifViolation violation, RingState ring)
    {
        XenProtocolException breach = _xenbus!.Violation($"{violation.Expected} ({violation.Rule})", $"{violation.Value}; ring: {ring}");
        _failure = breach;
        Log.Broken(_logger, Path, violation.Rule, violation.Value);
        Stop();
        _xenbus.Fail(breach);
    }

    private void Stop()
    {
        foreach (NetfrontQueue queue in Queues)
        {
            queue.Stop(MakeException);
        }
    }

    private void Wake() => _arrival.TrySetResult(true);

    private IEnumerable<(string Key, uint Value)> Keys()
    {
        uint sg = _options.DisableScatterGather ? 0u : 1u;
        uint gso = _options.ReceiveGso ? sg : 0u;
        yield return (NetifKeys.RequestRxCopy, 1);
        yield return (NetifKeys.FeatureRxNotify, 1);
        yield return (NetifKeys.FeatureSg, sg);
        yield return (NetifKeys.FeatureGsoTcpV4, gso);
        yield return (NetifKeys.FeatureGsoTcpV6, gso);
        yield return (NetifKeys.FeatureNoCsumOffload, 0);
        yield return (NetifKeys.FeatureIPv6CsumOffload, 1);
    }
}
