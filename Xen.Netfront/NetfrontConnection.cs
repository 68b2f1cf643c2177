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
        Inbox = new FrameInbox(options.ReceivePages * options.MaxQueues, _arrival.WaitAsync, Wake, exception => Log.HandlerFailed(_logger, Path, exception));
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

    /// <summary>The longest frame that every queue has pages for.</summary>
    public int LargestFrame { get; private set; }

    /// <summary>True while frames can be sent.</summary>
    public bool IsRunning => Queues.Length > 0 && Queues[0].IsRunning;

    /// <inheritdoc />
    public async ValueTask PrepareAsync(XenbusConnection connection, CancellationToken cancellationToken)
    {
        _xenbus = connection;
        Features = await NetfrontFeatures.ReadAsync(connection, _options, cancellationToken);
        Identity = await NetfrontIdentity.ReadAsync(connection, cancellationToken);
        Queues = CreateQueues(connection.Context);
        LargestFrame = Queues.Min(queue => queue.Transmit.LargestFrame);
    }

    /// <summary>The queue of a flow.</summary>
    public NetfrontQueue QueueOf(uint flow) => Queues.Length == 1 ? Queues[0] : Queues[flow % (uint)Queues.Length];

    /// <inheritdoc />
    public async ValueTask PublishAsync(XenbusConnection connection, StoreTransaction transaction, CancellationToken cancellationToken)
    {
        await RemoveOldKeysAsync(connection.Context, transaction, cancellationToken);
        foreach ((string key, uint value) in Keys().Concat(QueueKeys()))
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

    // When pages, grants or ports are short there are fewer queues, one at least (R8).
    private NetfrontQueue[] CreateQueues(XenbusContext context)
    {
        int count = Math.Min(Features.MaxQueues, _options.MaxQueues);
        var queues = new List<NetfrontQueue>(count);
        try
        {
            while (queues.Count < count)
            {
                queues.Add(NetfrontQueue.Create(context, _options, Identity, Features, Inbox, Break));
            }
        }
        catch (XenException shortage) when (queues.Count > 0)
        {
            Log.FewerQueues(_logger, Path, queues.Count, count, shortage.Message);
        }
        catch
        {
            queues.ForEach(queue => queue.Release());
            throw;
        }

        return [.. queues];
    }

    // An earlier connection may have agreed on other ports or queues, and a back end that finds both kinds of keys takes the wrong one.
    private static async ValueTask RemoveOldKeysAsync(XenbusContext context, StoreTransaction transaction, CancellationToken cancellationToken)
    {
        foreach (string key in await transaction.ListAsync(context.Path, cancellationToken))
        {
            if (NetifKeys.IsOfQueues(key))
            {
                await transaction.TryRemoveAsync(context.Key(key), cancellationToken);
            }
        }
    }

    private void Stop()
    {
        foreach (NetfrontQueue queue in Queues)
        {
            queue.Stop(MakeException);
        }
    }

    private void Wake() => _arrival.TrySetResult(true);

    // One queue: flat keys. Those of two and more stand below queue-N, never both (xen-protocols 1.11).
    private IEnumerable<(string Key, uint Value)> QueueKeys()
    {
        if (Queues.Length == 1)
        {
            return Queues[0].Keys();
        }

        return Queues
            .SelectMany((queue, index) => queue.Keys().Select(key => ($"{NetifKeys.Queue(index)}/{key.Key}", key.Value)))
            .Prepend((NetifKeys.MultiQueueNumQueues, (uint)Queues.Length));
    }

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
