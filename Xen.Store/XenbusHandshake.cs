using Xen.Rings;

namespace Xen.Store;

/// <summary>
/// The xenbus handshake of one connection, for every front and back end, without I/O (xen-protocols 1.10). A connection walks through a
/// fixed list of phases once; inputs only say when a phase is over, or that it is time to close. So whatever the other end writes and
/// however often, a connection sets its rings up once and gives them back once (R13).
/// </summary>
/// <remarks>
/// Call <c>Handle…</c> for what came in, then <see cref="Poll"/> for what should happen now; when it is done, <see cref="HandleDone"/> or
/// <see cref="HandleFailed"/>. Time is an argument, from any start.
/// </remarks>
public sealed class XenbusHandshake
{
    // A back end makes its offer after it has seen a front end that is there, and lets go before it says 6, because the front end takes its
    // grants back when it reads 6. A front end says 6 before it takes its grants back, because Linux's back ends let go when they read 6.
    private static readonly XenbusPhase[] FrontendPhases =
    [
        XenbusPhase.Announcing, XenbusPhase.AwaitingOffer, XenbusPhase.Preparing, XenbusPhase.Publishing, XenbusPhase.AwaitingPeer,
        XenbusPhase.Connecting, XenbusPhase.Confirming, XenbusPhase.Connected,
        XenbusPhase.MarkingClosing, XenbusPhase.Draining, XenbusPhase.AwaitingPeerClosing, XenbusPhase.MarkingClosed,
        XenbusPhase.AwaitingPeerClosed, XenbusPhase.Releasing,
        // Once more, for a toolstack that wrote 5 over it meanwhile.
        XenbusPhase.MarkingClosed, XenbusPhase.Ended,
    ];

    private static readonly XenbusPhase[] BackendPhases =
    [
        XenbusPhase.AwaitingFrontend, XenbusPhase.Preparing, XenbusPhase.Publishing, XenbusPhase.AwaitingPeer,
        XenbusPhase.Connecting, XenbusPhase.Confirming, XenbusPhase.Connected,
        XenbusPhase.Draining, XenbusPhase.MarkingClosing, XenbusPhase.AwaitingPeerClosed, XenbusPhase.Releasing, XenbusPhase.MarkingClosed,
        XenbusPhase.Ended,
    ];

    private readonly XenbusRules _rules;
    private readonly XenbusTimeouts _timeouts;
    private readonly XenbusPhase[] _phases;
    private readonly int _closeIndex;
    private readonly bool _mustRestart;
    private int _index;
    private bool _isClearingRemains;
    private bool _isBusy;
    private bool _isPrepared;
    private bool _wantsRefresh;
    private bool _canWrite = true;
    private TimeSpan? _closeStarted;

    /// <summary>Begins a connection.</summary>
    /// <param name="rules">What kind of device, which end.</param>
    /// <param name="timeouts">How long to wait.</param>
    /// <param name="ownState">What the <c>state</c> node of this end holds: remains of an earlier connection are closed first.</param>
    /// <param name="now">The time.</param>
    public XenbusHandshake(XenbusRules rules, XenbusTimeouts timeouts, XenbusState ownState, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(timeouts);
        _rules = rules;
        _timeouts = timeouts;
        _phases = rules.Role == XenbusRole.Frontend ? FrontendPhases : BackendPhases;
        _closeIndex = Array.IndexOf(_phases, XenbusPhase.Connected) + 1;
        OwnState = ownState;
        Started = now;
        // Keys that a front end wrote for an earlier back end belong to the old rings: it has to start anew.
        _mustRestart = rules.Role == XenbusRole.Backend && ownState > XenbusState.InitWait;
        bool isFresh = ownState is XenbusState.Unknown or XenbusState.Initialising or XenbusState.Closed;
        if (!isFresh && (rules.Role == XenbusRole.Frontend || _mustRestart))
        {
            _isClearingRemains = true;
            _closeStarted = now;
            _index = _closeIndex;
        }
    }

    /// <summary>When it began.</summary>
    public TimeSpan Started { get; private set; }

    /// <summary>The state of this end, as last written or read.</summary>
    public XenbusState OwnState { get; private set; }

    /// <summary>The state of the other end, as last read.</summary>
    public XenbusState PeerState { get; private set; }

    /// <summary>The present phase.</summary>
    public XenbusPhase Phase => _phases[_index];

    /// <summary>Why the connection ends, once it does.</summary>
    public XenbusEndReason EndReason { get; private set; }

    /// <summary>The state to write in the step that <see cref="Poll"/> returned.</summary>
    public XenbusState StateToWrite => Phase switch
    {
        XenbusPhase.Announcing => XenbusState.Initialising,
        XenbusPhase.Publishing => _rules.PublishedState,
        XenbusPhase.Confirming => XenbusState.Connected,
        XenbusPhase.MarkingClosing => XenbusState.Closing,
        XenbusPhase.MarkingClosed => XenbusState.Closed,
        _ => OwnState,
    };

    /// <summary>When <see cref="Poll"/> must be called again even without an input; <see langword="null"/> for never.</summary>
    public TimeSpan? Deadline
    {
        get
        {
            if (_closeStarted is { } started)
            {
                return Phase == XenbusPhase.Ended ? null : started + _timeouts.Close;
            }

            return _rules.Role == XenbusRole.Frontend && Phase < XenbusPhase.Connected ? Started + _timeouts.Connect : null;
        }
    }

    /// <summary>True when the step under way has no point any more and should be cancelled: the connection is to close, or time is up.</summary>
    /// <param name="now">The time.</param>
    public bool ShouldInterrupt(TimeSpan now) => _isBusy && ((EndReason != XenbusEndReason.None && _closeStarted is null) || Deadline <= now);

    /// <summary>The other end's state was read, after an event on it.</summary>
    /// <param name="state">The state; <see cref="XenbusState.Unknown"/> when there is none.</param>
    public void HandlePeerState(XenbusState state)
    {
        PeerState = state;
        _wantsRefresh |= _rules.Role == XenbusRole.Frontend && state == XenbusState.Connected && IsPastReady();
        if (Phase is < XenbusPhase.Preparing or >= XenbusPhase.MarkingClosing)
        {
            return;
        }

        if (state is XenbusState.Closing or XenbusState.Closed or XenbusState.Unknown)
        {
            End(XenbusEndReason.PeerClosed);
        }
        else if (IsRestart(state))
        {
            End(XenbusEndReason.PeerRestarted);
        }
    }

    /// <summary>The state of this end was read and is not what was written: the toolstack wrote it.</summary>
    /// <param name="state">The state.</param>
    public void HandleOwnState(XenbusState state)
    {
        bool isOurs = Phase == XenbusPhase.Ended || state == OwnState || (_isBusy && state == StateToWrite);
        if (!isOurs && state is XenbusState.Closing or XenbusState.Closed)
        {
            OwnState = state;
            End(XenbusEndReason.ToolstackClosed);
        }
    }

    /// <summary>The node of this end is gone: nothing is written any more.</summary>
    public void HandleRemoved()
    {
        _canWrite = false;
        End(XenbusEndReason.Removed);
    }

    /// <summary>The store cannot be reached any more: nothing is written, and nothing more will be heard of the other end.</summary>
    public void HandleStoreLost()
    {
        _canWrite = false;
        PeerState = XenbusState.Unknown;
        End(XenbusEndReason.Failed);
    }

    /// <summary>The toolstack gave the device another peer.</summary>
    public void HandlePeerMoved() => End(XenbusEndReason.PeerMoved);

    /// <summary>This end wants to close.</summary>
    public void HandleClose() => End(XenbusEndReason.Requested);

    /// <summary>This end must close because something failed.</summary>
    public void HandleFailure() => End(XenbusEndReason.Failed);

    /// <summary>The deadline may have passed.</summary>
    /// <param name="now">The time.</param>
    public void HandleTime(TimeSpan now)
    {
        if (_closeStarted is null && Deadline <= now)
        {
            End(XenbusEndReason.TimedOut);
        }
    }

    /// <summary>The step that <see cref="Poll"/> returned is done.</summary>
    public void HandleDone()
    {
        _isBusy = false;
        switch (Phase)
        {
            case XenbusPhase.Connected:
                return;
            case XenbusPhase.Releasing:
                _isPrepared = false;
                break;
            case XenbusPhase.Announcing or XenbusPhase.Publishing or XenbusPhase.Confirming or XenbusPhase.MarkingClosing or XenbusPhase.MarkingClosed:
                OwnState = StateToWrite;
                break;
            default:
                break;
        }

        _index++;
    }

    /// <summary>The step that <see cref="Poll"/> returned could not be done. An opening connection closes, a closing one goes on.</summary>
    public void HandleFailed()
    {
        if (_closeStarted is not null)
        {
            HandleDone();
            return;
        }

        _isBusy = false;
        End(XenbusEndReason.Failed);
    }

    /// <summary>Says what to do now. While a step is under way there is nothing else to do.</summary>
    /// <param name="now">The time.</param>
    public XenbusStep Poll(TimeSpan now)
    {
        if (_isBusy)
        {
            return XenbusStep.None;
        }

        HandleTime(now);
        BeginToClose(now);
        Restart(now);
        while (IsOver(now))
        {
            _index++;
            Restart(now);
        }

        return Begin();
    }

    private XenbusStep Begin()
    {
        XenbusStep step = Phase switch
        {
            XenbusPhase.Announcing or XenbusPhase.Confirming or XenbusPhase.MarkingClosing or XenbusPhase.MarkingClosed => XenbusStep.WriteState,
            XenbusPhase.Preparing => XenbusStep.Prepare,
            XenbusPhase.Publishing => XenbusStep.Publish,
            XenbusPhase.Connecting => XenbusStep.Connect,
            XenbusPhase.Connected when _wantsRefresh => XenbusStep.Refresh,
            XenbusPhase.Draining => XenbusStep.Drain,
            XenbusPhase.Releasing => XenbusStep.Release,
            _ => XenbusStep.None,
        };
        _isBusy = step != XenbusStep.None;
        _isPrepared |= step == XenbusStep.Prepare;
        _wantsRefresh &= step != XenbusStep.Refresh;
        return step;
    }

    private bool IsOver(TimeSpan now) => Phase switch
    {
        XenbusPhase.Announcing => OwnState == XenbusState.Initialising,
        XenbusPhase.AwaitingOffer => PeerState == XenbusState.InitWait,
        XenbusPhase.AwaitingFrontend => IsFrontendThere(),
        XenbusPhase.AwaitingPeer => _rules.IsPeerReady(PeerState),
        XenbusPhase.Confirming => OwnState == XenbusState.Connected,
        XenbusPhase.MarkingClosing => !_canWrite || OwnState is XenbusState.Closing or XenbusState.Closed,
        XenbusPhase.Draining or XenbusPhase.Releasing => !_isPrepared,
        XenbusPhase.AwaitingPeerClosing => IsTimeToClose(now) || PeerState is XenbusState.Closing or XenbusState.Closed or XenbusState.Unknown,
        XenbusPhase.MarkingClosed => !_canWrite || OwnState == XenbusState.Closed,
        XenbusPhase.AwaitingPeerClosed => IsTimeToClose(now) || HasPeerLetGo(),
        _ => false,
    };

    private bool IsFrontendThere() => _mustRestart
        ? PeerState == XenbusState.Initialising
        : PeerState is >= XenbusState.Initialising and <= XenbusState.Connected;

    // 1 and 2 are those of an end that has started anew since.
    private bool HasPeerLetGo() => PeerState is XenbusState.Closed or XenbusState.Unknown or XenbusState.Initialising or XenbusState.InitWait;

    private bool IsTimeToClose(TimeSpan now) => !_canWrite || Deadline <= now;

    // Before the other end was ready, 1 and 2 are its way there; after, they are another life of it.
    private bool IsRestart(XenbusState state) =>
        IsPastReady() && state is XenbusState.Initialising or XenbusState.InitWait;

    private bool IsPastReady() => Phase is >= XenbusPhase.Connecting and <= XenbusPhase.Connected;

    private void End(XenbusEndReason reason)
    {
        if (EndReason == XenbusEndReason.None)
        {
            EndReason = reason;
        }
    }

    private void BeginToClose(TimeSpan now)
    {
        if (EndReason == XenbusEndReason.None || (_closeStarted is not null && !_isClearingRemains))
        {
            return;
        }

        _isClearingRemains = false;
        _closeStarted = now;
        _index = _closeIndex;
    }

    // The remains of an earlier connection are closed: now the present one begins.
    private void Restart(TimeSpan now)
    {
        if (_isClearingRemains && Phase == XenbusPhase.Ended)
        {
            _isClearingRemains = false;
            _closeStarted = null;
            _index = 0;
            Started = now;
        }
    }
}
