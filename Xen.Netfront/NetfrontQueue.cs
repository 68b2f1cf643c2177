using Xen.Devices;
using Xen.Events;
using Xen.Grants;
using Xen.Rings;
using Xen.Store;

namespace Xen.Netfront;

/// <summary>
/// One queue of a connection: its rings, ports and pages, and the loops that serve them. The transmit and the receive side share no state
/// that one could wait for the other on.
/// </summary>
/// <remarks>Life: made → <see cref="Start"/> → <see cref="Stop"/> (no more work, nothing shared is touched) → <see cref="Release"/>.</remarks>
internal sealed class NetfrontQueue
{
    private readonly XenbusContext _context;
    private readonly Action<NetifViolation, RingState> _break;
    private readonly GrantedPages _ring;
    private readonly EventWork _txWork = new();
    private readonly EventWork _rxWork;
    private EventPort? _txPort;
    private EventPort? _rxPort;
    private bool _isReleased;

    private NetfrontQueue(XenbusContext context, NetfrontQueuePages pages, NetfrontIdentity identity, NetfrontFeatures features, FrameInbox inbox, Action<NetifViolation, RingState> onViolation)
    {
        _context = context;
        _break = onViolation;
        _ring = pages.Rings;
        // What an event is for is known of its port, not of its ring.
        _rxWork = features.SplitEventChannels ? new EventWork() : _txWork;
        Transmit = new NetfrontTransmitter(context.Scheduler, _txWork, pages, identity, features.Offloads, NotifyTransmit, CheckViolation);
        Receive = new NetfrontReceiver(context.Scheduler, _rxWork, pages, inbox, NotifyReceive, CheckViolation);
    }

    /// <summary>The transmit side.</summary>
    public NetfrontTransmitter Transmit { get; }

    /// <summary>The receive side.</summary>
    public NetfrontReceiver Receive { get; }

    /// <summary>True until <see cref="Stop"/>.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>Events sent.</summary>
    public long NotificationsSent { get; private set; }

    /// <summary>Wake-ups by events.</summary>
    public long NotificationsReceived { get; private set; }

    /// <summary>Wake-ups that brought no work.</summary>
    public long SpuriousNotifications { get; private set; }

    private GrantRef TransmitRingRef => _ring.Refs[NetfrontQueuePages.TransmitRing];

    private GrantRef ReceiveRingRef => _ring.Refs[NetfrontQueuePages.ReceiveRing];

    // The same unless split.
    private EventPort TransmitPort => _txPort!.Value;

    private EventPort ReceivePort => _rxPort!.Value;

    /// <summary>Allocates everything and posts pages to receive into; all or nothing.</summary>
    public static NetfrontQueue Create(
        XenbusContext context, NetfrontOptions options, NetfrontIdentity identity, NetfrontFeatures features, FrameInbox inbox, Action<NetifViolation, RingState> onViolation)
    {
        NetfrontQueuePages pages = NetfrontQueuePages.Allocate(context, options);
        var queue = new NetfrontQueue(context, pages, identity, features, inbox, onViolation);
        try
        {
            queue._txPort = context.Events.AllocateUnbound(context.Peer);
            queue._rxPort = features.SplitEventChannels ? context.Events.AllocateUnbound(context.Peer) : queue._txPort;
            queue.Receive.PostPages();
            return queue;
        }
        catch
        {
            queue.Release();
            throw;
        }
    }

    /// <summary>What the back end has to know of this queue.</summary>
    public IEnumerable<(string Key, uint Value)> Keys()
    {
        yield return (NetifKeys.TxRingRef, TransmitRingRef.Value);
        yield return (NetifKeys.RxRingRef, ReceiveRingRef.Value);
        if (TransmitPort == ReceivePort)
        {
            yield return (NetifKeys.EventChannel, TransmitPort.Value);
        }
        else
        {
            yield return (NetifKeys.EventChannelTx, TransmitPort.Value);
            yield return (NetifKeys.EventChannelRx, ReceivePort.Value);
        }
    }

    /// <summary>Begins to work: the back end is connected.</summary>
    public void Start()
    {
        IsRunning = true;
        Transmit.Open();
        if (TransmitPort == ReceivePort)
        {
            _ = ServeAsync(TransmitPort, _txWork, HandleBoth);
        }
        else
        {
            _ = ServeAsync(TransmitPort, _txWork, Transmit.HandleEvent);
            _ = ServeAsync(ReceivePort, _rxWork, Receive.HandleEvent);
            NotifyTransmit();
        }

        // The back end may have looked at the rings before it was connected: it looks again.
        NotifyReceive();
    }

    /// <summary>Ends all work: waiting reservations fail, nothing shared is touched any more (R11). Idempotent.</summary>
    /// <param name="makeException">What waiting reservations get.</param>
    public void Stop(Func<Exception> makeException)
    {
        IsRunning = false;
        ClosePorts();
        Transmit.Close(makeException);
        Receive.Close();
    }

    /// <summary>Gives everything back. What the back end still maps goes into quarantine (R7). Idempotent.</summary>
    public void Release()
    {
        if (_isReleased)
        {
            return;
        }

        _isReleased = true;
        Stop(static () => new IOException("The device was disconnected."));
        Transmit.Release(_context.Grants);
        Receive.Release();
        _context.Grants.Revoke(_ring);
    }

    /// <summary>This queue's counters.</summary>
    public NetworkStatistics GetStatistics() => new()
    {
        ReceivedFrames = Receive.ReceivedFrames,
        ReceivedBytes = Receive.ReceivedBytes,
        ReceiveErrors = Receive.Errors,
        ReceiveDropped = Receive.Dropped,
        ReceiveCopiedBytes = Receive.CopiedBytes,
        SentFrames = Transmit.SentFrames,
        SentBytes = Transmit.SentBytes,
        SendErrors = Transmit.Errors,
        SendDropped = Transmit.Dropped,
        NotificationsSent = NotificationsSent,
        NotificationsReceived = NotificationsReceived,
        SpuriousNotifications = SpuriousNotifications,
        QuarantinedPages = Receive.Quarantined,
    };

    private void ClosePorts()
    {
        if (_txPort is { } txPort)
        {
            _context.Events.Close(txPort);
        }

        if (_rxPort is { } rxPort && rxPort != _txPort)
        {
            _context.Events.Close(rxPort);
        }
    }

    private void HandleBoth()
    {
        Transmit.HandleEvent();
        Receive.HandleEvent();
    }

    private async Task ServeAsync(EventPort port, EventWork work, Action handleEvent)
    {
        uint seen = 0;
        try
        {
            while (IsRunning)
            {
                seen = await _context.Events.WaitAsync(port, seen);
                handleEvent();
                Complete(port, work);
            }
        }
        catch (ObjectDisposedException)
        {
            // The port was closed: the queue was stopped.
        }
    }

    private void Complete(EventPort port, EventWork work)
    {
        bool isSpurious = !work.TakeForEvent();
        NotificationsReceived++;
        SpuriousNotifications += isSpurious ? 1 : 0;
        if (IsRunning)
        {
            _context.Events.Complete(port, isSpurious);
        }
    }

    private void CheckViolation()
    {
        if (IsRunning && Transmit.Violation.IsViolation)
        {
            _break(Transmit.Violation, Transmit.Snapshot());
        }
        else if (IsRunning && Receive.Violation.IsViolation)
        {
            _break(Receive.Violation, Receive.Snapshot());
        }
    }

    private void NotifyTransmit() => Notify(_txPort);

    private void NotifyReceive() => Notify(_rxPort);

    private void Notify(EventPort? port)
    {
        if (IsRunning && port is { } open)
        {
            NotificationsSent++;
            _context.Events.Notify(open);
        }
    }
}
