using Xen.Devices;
using Xen.Events;
using Xen.Grants;
using Xen.Rings;
using Xen.Store;

namespace Xen.Netback;

/// <summary>
/// One queue of a connection: the front end's rings, mapped, the ports, and the loops that serve them. The two directions share no state
/// that one could wait for the other on.
/// </summary>
/// <remarks>Life: made → <see cref="Start"/> → <see cref="Stop"/> (no more work, nothing shared is touched) → <see cref="Release"/>.</remarks>
internal sealed class NetbackQueue
{
    private readonly XenbusContext _context;
    private readonly Action<NetifViolation, RingState> _break;
    private readonly MappedGrants _rings;
    private readonly EventWork _fromWork = new();
    private readonly EventWork _toWork;
    private EventPort? _fromPort;
    private EventPort? _toPort;
    private bool _isReleased;

    private unsafe NetbackQueue(
        XenbusContext context,
        MappedGrants rings,
        NetbackFrontend frontend,
        bool isSplit,
        NetbackOptions options,
        FrameInbox inbox,
        Action<NetifViolation, RingState> onViolation)
    {
        _context = context;
        _break = onViolation;
        _rings = rings;
        // What an event is for is known of its port, not of its ring.
        _toWork = isSplit ? new EventWork() : _fromWork;
        Receive = new NetbackReceiver(
            context.Scheduler, _fromWork, context.Grants, context.Peer, options, rings.Address, inbox, () => Notify(_fromPort), CheckViolation);
        try
        {
            Send = new NetbackSender(
                context.Scheduler, _toWork, context.Grants, context.Peer, frontend, options, rings.Address + GrantedPages.PageSize, () => Notify(_toPort), CheckViolation);
        }
        catch
        {
            Receive.Release();
            throw;
        }
    }

    /// <summary>Frames to the front end: its receive ring.</summary>
    public NetbackSender Send { get; }

    /// <summary>Frames from the front end: its transmit ring.</summary>
    public NetbackReceiver Receive { get; }

    /// <summary>True until <see cref="Stop"/>.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>Events sent.</summary>
    public long NotificationsSent { get; private set; }

    /// <summary>Wake-ups by events.</summary>
    public long NotificationsReceived { get; private set; }

    /// <summary>Wake-ups that brought no work.</summary>
    public long SpuriousNotifications { get; private set; }

    /// <summary>Maps the rings and binds the ports; all or nothing.</summary>
    /// <exception cref="Platform.XenException">A reference or a port is not one for this domain, or memory is short.</exception>
    public static NetbackQueue Create(
        XenbusContext context,
        NetbackFrontend frontend,
        NetbackFrontendQueue keys,
        NetbackOptions options,
        FrameInbox inbox,
        Action<NetifViolation, RingState> onViolation)
    {
        MappedGrants rings = context.Grants.Map(context.Peer, [keys.TransmitRing, keys.ReceiveRing], GrantAccess.ReadWrite);
        bool isSplit = keys.ReceivePort != keys.TransmitPort;
        NetbackQueue? queue = null;
        try
        {
            queue = new NetbackQueue(context, rings, frontend, isSplit, options, inbox, onViolation);
            queue._fromPort = context.Events.BindInterdomain(context.Peer, keys.TransmitPort);
            queue._toPort = isSplit
                ? context.Events.BindInterdomain(context.Peer, keys.ReceivePort)
                : queue._fromPort;
            return queue;
        }
        catch
        {
            queue?.Release();
            rings.Dispose();
            throw;
        }
    }

    /// <summary>Begins to work.</summary>
    public void Start()
    {
        IsRunning = true;
        if (_fromPort == _toPort)
        {
            _ = ServeAsync(_fromPort!.Value, _fromWork, HandleBoth);
            return;
        }

        _ = ServeAsync(_fromPort!.Value, _fromWork, Receive.HandleEvent);
        _ = ServeAsync(_toPort!.Value, _toWork, Send.HandleEvent);
    }

    /// <summary>Ends all work: waiting reservations fail, nothing shared is touched any more (R11). Idempotent.</summary>
    /// <param name="makeException">What waiting reservations get.</param>
    public void Stop(Func<Exception> makeException)
    {
        IsRunning = false;
        ClosePorts();
        Send.Close(makeException);
        Receive.Close();
    }

    /// <summary>Gives everything back. Idempotent.</summary>
    public void Release()
    {
        if (_isReleased)
        {
            return;
        }

        _isReleased = true;
        Stop(static () => new IOException("The front end is disconnected."));
        _rings.Dispose();
        Send.Release();
        Receive.Release();
    }

    /// <summary>This queue's counters.</summary>
    public NetworkStatistics GetStatistics() => new()
    {
        ReceivedFrames = Receive.ReceivedFrames,
        ReceivedBytes = Receive.ReceivedBytes,
        ReceiveErrors = Receive.Errors,
        ReceiveDropped = Receive.Dropped,
        SentFrames = Send.SentFrames,
        SentBytes = Send.SentBytes,
        SendErrors = Send.Errors,
        SendDropped = Send.Dropped,
        NotificationsSent = NotificationsSent,
        NotificationsReceived = NotificationsReceived,
        SpuriousNotifications = SpuriousNotifications,
    };

    private void ClosePorts()
    {
        if (_fromPort is { } fromPort)
        {
            _context.Events.Close(fromPort);
        }

        if (_toPort is { } toPort && toPort != _fromPort)
        {
            _context.Events.Close(toPort);
        }
    }

    private void HandleBoth()
    {
        Receive.HandleEvent();
        Send.HandleEvent();
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
        if (IsRunning && Receive.Violation.IsViolation)
        {
            _break(Receive.Violation, Receive.Snapshot());
        }
        else if (IsRunning && Send.Violation.IsViolation)
        {
            _break(Send.Violation, Send.Snapshot());
        }
    }

    private void Notify(EventPort? port)
    {
        if (IsRunning && port is { } open)
        {
            NotificationsSent++;
            _context.Events.Notify(open);
        }
    }
}
