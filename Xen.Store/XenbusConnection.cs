using System.Globalization;
using Microsoft.Extensions.Logging;
using Xen.Platform;
using Xen.Rings;

namespace Xen.Store;

/// <summary>
/// One connection of one end of a device: watches the other end's state, walks the handshake, calls the driver. The device object that
/// users hold makes a new one after each that ended.
/// </summary>
/// <remarks>
/// A front end: <c>context = await XenbusContext.ReadFrontendAsync(ports, path)</c>, then
/// <c>connection = await XenbusConnection.OpenAsync(context, XenbusRules.BlockFrontend, driver)</c>; use it until <see cref="Completion"/>.
/// A back end: <see cref="XenbusBackend.ServeAsync"/>.
/// </remarks>
public sealed class XenbusConnection : IAsyncDisposable
{
    private const int MaxReported = 1024;

    private readonly IXenbusDriver _driver;
    private readonly XenbusTimeouts _timeouts;
    private readonly ILogger _logger;
    private readonly WaitSource<bool> _wake;
    private readonly TaskCompletionSource _connected = new();
    private readonly TaskCompletionSource<XenbusEnd> _completion = new();
    private readonly long _start;
    private XenbusHandshake _handshake;
    private CancellationTokenSource? _step;
    private ITimer? _timer;
    private Exception? _failure;
    private bool _isWoken;
    private bool _isReported;

    private XenbusConnection(XenbusContext context, XenbusRules rules, IXenbusDriver driver, XenbusTimeouts timeouts)
    {
        Context = context;
        Rules = rules;
        _driver = driver;
        _timeouts = timeouts;
        _logger = context.LoggerFactory.CreateLogger<XenbusConnection>();
        _wake = new WaitSource<bool>(context.Scheduler);
        _start = context.TimeProvider.GetTimestamp();
        _handshake = new XenbusHandshake(rules, timeouts, XenbusState.Unknown, TimeSpan.Zero);
    }

    /// <summary>The device's end.</summary>
    public XenbusContext Context { get; }

    /// <summary>The kind of device.</summary>
    public XenbusRules Rules { get; }

    /// <summary>The state of this end.</summary>
    public XenbusState OwnState => _handshake.OwnState;

    /// <summary>The state of the other end.</summary>
    public XenbusState PeerState => _handshake.PeerState;

    /// <summary>How far the connection is.</summary>
    public XenbusPhase Phase => _handshake.Phase;

    /// <summary>True once the other end was seen beyond its beginning: if it is at its beginning afterwards, that is another life of it.</summary>
    internal bool HasPeerBegun { get; private set; }

    /// <summary>Ends when the driver has given everything back and the state is written; never fails.</summary>
    public Task<XenbusEnd> Completion => _completion.Task;

    private TimeSpan Now => Context.TimeProvider.GetElapsedTime(_start);

    /// <summary>Begins a connection and does not wait for it.</summary>
    /// <param name="context">The device's end.</param>
    /// <param name="rules">The kind of device.</param>
    /// <param name="driver">What to do at each step. A new one for each connection.</param>
    /// <param name="timeouts">How long to wait; <see cref="XenbusTimeouts.Default"/> when left out.</param>
    public static XenbusConnection Start(XenbusContext context, XenbusRules rules, IXenbusDriver driver, XenbusTimeouts? timeouts = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(driver);
        var connection = new XenbusConnection(context, rules, driver, timeouts ?? XenbusTimeouts.Default);
        context.Scheduler.Schedule(static state => _ = ((XenbusConnection)state!).RunAsync(), connection);
        return connection;
    }

    /// <summary>Begins a connection and waits until it is there.</summary>
    /// <param name="context">The device's end.</param>
    /// <param name="rules">The kind of device.</param>
    /// <param name="driver">What to do at each step. A new one for each connection.</param>
    /// <param name="timeouts">How long to wait; <see cref="XenbusTimeouts.Default"/> when left out.</param>
    /// <param name="cancellationToken">Ends the wait and closes the connection.</param>
    /// <exception cref="XenProtocolException">The other end broke the protocol.</exception>
    /// <exception cref="XenException">No such device (<see cref="XenErrno.ENODEV"/>), the other end took too long (<see cref="XenErrno.ETIMEDOUT"/>) or
    /// closed (<see cref="XenErrno.ENOTCONN"/>), or the store refused.</exception>
    public static async ValueTask<XenbusConnection> OpenAsync(
        XenbusContext context, XenbusRules rules, IXenbusDriver driver, XenbusTimeouts? timeouts = null, CancellationToken cancellationToken = default)
    {
        XenbusConnection connection = Start(context, rules, driver, timeouts);
        try
        {
            await connection.WaitConnectedAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the connection is there. Any number of waiters.</summary>
    /// <param name="cancellationToken">Ends the wait, not the connection.</param>
    /// <exception cref="XenProtocolException">The other end broke the protocol.</exception>
    /// <exception cref="XenException">It ended first.</exception>
    public async ValueTask WaitConnectedAsync(CancellationToken cancellationToken = default) =>
        await _connected.Task.WaitAsync(Timeout.InfiniteTimeSpan, Context.TimeProvider, cancellationToken);

    /// <summary>Closes: the driver drains and gives everything back, the state becomes 6 within the close timeout.</summary>
    /// <returns>How the connection ended.</returns>
    public Task<XenbusEnd> CloseAsync()
    {
        _handshake.HandleClose();
        Wake();
        return Completion;
    }

    /// <summary>Ends the connection because something failed or the other end broke the protocol. Returns at once; the first reason counts.</summary>
    /// <param name="exception">What.</param>
    public void Fail(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        if (_handshake.EndReason == XenbusEndReason.None)
        {
            _failure = exception;
        }

        _handshake.HandleFailure();
        Wake();
    }

    /// <summary>The exception for a breach by the other end, with both states.</summary>
    /// <param name="rule">What was expected, with its source.</param>
    /// <param name="offendingValue">What was found.</param>
    public XenProtocolException Violation(string rule, string offendingValue) => new(Context.Path, rule, offendingValue, OwnState, PeerState);

    /// <summary>As <see cref="CloseAsync"/>. Idempotent.</summary>
    public async ValueTask DisposeAsync() => await CloseAsync();

    internal void HandleOwnState(byte[]? value)
    {
        if (value is null)
        {
            _handshake.HandleRemoved();
        }
        else
        {
            _handshake.HandleOwnState(XenbusStateText.Parse(value));
        }

        Wake();
    }

    internal void HandlePeerState(byte[]? value)
    {
        _handshake.HandlePeerState(XenbusStateText.Parse(value));
        HasPeerBegun |= PeerState is not (XenbusState.Unknown or XenbusState.Initialising);
        Log.PeerState(_logger, Context.PeerPath, PeerState);
        Wake();
    }

    internal void HandlePeerPath(string? path)
    {
        if (path is not null && path != Context.PeerPath)
        {
            _handshake.HandlePeerMoved();
            Wake();
        }
    }

    internal void LoseStore(Exception exception)
    {
        if (_handshake.EndReason == XenbusEndReason.None)
        {
            _failure = exception;
        }

        _handshake.HandleStoreLost();
        Wake();
    }

    private async Task RunAsync()
    {
        using ITimer timer = Context.TimeProvider.CreateTimer(
            static state => ((XenbusConnection)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer = timer;
        var watcher = new XenbusWatcher(this);
        await BeginAsync(watcher);
        while (true)
        {
            XenbusStep step = _handshake.Poll(Now);
            if (_handshake.Phase == XenbusPhase.Ended)
            {
                break;
            }

            await ContinueAsync(step);
        }

        await watcher.DisposeAsync();
        Complete();
    }

    private async ValueTask BeginAsync(XenbusWatcher watcher)
    {
        try
        {
            byte[]? own = await watcher.StartAsync();
            XenbusEndReason early = _handshake.EndReason;
            _handshake = new XenbusHandshake(Rules, _timeouts, XenbusStateText.Parse(own), Now);
            CarryOver(early, own is not null);
        }
        catch (Exception exception) when (exception is XenException or ObjectDisposedException)
        {
            LoseStore(exception);
        }
    }

    // What was asked for before the state of this end was known.
    private void CarryOver(XenbusEndReason early, bool exists)
    {
        if (!exists)
        {
            _handshake.HandleRemoved();
        }
        else if (early == XenbusEndReason.Requested)
        {
            _handshake.HandleClose();
        }
        else if (early == XenbusEndReason.Failed)
        {
            _handshake.HandleFailure();
        }
    }

    private async ValueTask ContinueAsync(XenbusStep step)
    {
        if (_handshake.Phase == XenbusPhase.Connected)
        {
            _connected.TrySetResult();
        }

        Arm();
        if (step != XenbusStep.None)
        {
            await RunStepAsync(step);
        }
        else if (!_isWoken)
        {
            await _wake.WaitAsync();
        }

        _isWoken = false;
        await ReportAsync();
    }

    private async ValueTask RunStepAsync(XenbusStep step)
    {
        using var cancellation = new CancellationTokenSource();
        _step = cancellation;
        try
        {
            await RunStepAsync(step, cancellation.Token);
            _handshake.HandleDone();
        }
        catch (Exception exception)
        {
            HandleStepFailure(step, exception, cancellation.IsCancellationRequested);
        }
        finally
        {
            _step = null;
        }
    }

    private ValueTask RunStepAsync(XenbusStep step, CancellationToken cancellationToken) => step switch
    {
        XenbusStep.Prepare => _driver.PrepareAsync(this, cancellationToken),
        XenbusStep.Publish => PublishAsync(cancellationToken),
        XenbusStep.Connect => _driver.ConnectAsync(this, cancellationToken),
        XenbusStep.Refresh => _driver.RefreshAsync(this, cancellationToken),
        XenbusStep.Drain => _driver.DrainAsync(this, cancellationToken),
        XenbusStep.Release => _driver.ReleaseAsync(this),
        _ => WriteStateAsync(),
    };

    private void HandleStepFailure(XenbusStep step, Exception exception, bool isInterrupted)
    {
        if (!(isInterrupted && exception is OperationCanceledException))
        {
            Log.StepFailed(_logger, Context.Path, step, exception.Message);
            if (_handshake.EndReason == XenbusEndReason.None)
            {
                _failure = exception;
            }
        }

        _handshake.HandleFailed();
    }

    private ValueTask WriteStateAsync() => WriteAsync(static (_, _, _) => ValueTask.CompletedTask, CancellationToken.None);

    private ValueTask PublishAsync(CancellationToken cancellationToken) =>
        WriteAsync(static (connection, transaction, token) => connection._driver.PublishAsync(connection, transaction, token), cancellationToken);

    // In a transaction with a look whether the node is still there: a plain write would make it again after the toolstack removed it.
    private async ValueTask WriteAsync(
        Func<XenbusConnection, StoreTransaction, CancellationToken, ValueTask> writeKeys, CancellationToken cancellationToken)
    {
        XenbusState state = _handshake.StateToWrite;
        bool exists = await Context.Store.TransactionAsync(
            async transaction =>
            {
                if (!await transaction.ExistsAsync(Context.Key("state"), cancellationToken))
                {
                    return false;
                }

                await writeKeys(this, transaction, cancellationToken);
                await transaction.WriteAsync(Context.Key("state"), XenbusStateText.Format(state), cancellationToken);
                return true;
            },
            cancellationToken);
        if (!exists)
        {
            _handshake.HandleRemoved();
            return;
        }

        Log.StateWritten(_logger, Context.Path, state);
    }

    private async ValueTask ReportAsync()
    {
        if (_failure is null || _isReported)
        {
            return;
        }

        _isReported = true;
        XenErrno error = _failure is XenException refused ? refused.ErrorCode : XenErrno.EIO;
        string text = string.Create(CultureInfo.InvariantCulture, $"{(int)error} {_failure.Message}");
        try
        {
            await Context.Store.WriteAsync(XenbusErrorPath.Of(Context.Path), text[..Math.Min(text.Length, MaxReported)]);
        }
        catch (Exception exception) when (exception is XenException or ObjectDisposedException)
        {
            Log.ErrorNotReported(_logger, Context.Path, exception.Message);
        }
    }

    private void Complete()
    {
        var end = new XenbusEnd(_handshake.EndReason, _failure);
        Log.ConnectionEnded(_logger, Context.Path, end.Reason);
        _connected.TrySetException(Describe(end));
        // Nobody has to wait for the connection: its exception counts as seen.
        _ = _connected.Task.Exception;
        _completion.TrySetResult(end);
    }

    private Exception Describe(XenbusEnd end)
    {
        string operation = $"connect {Context.Path} to {Context.PeerPath} of {Context.Peer}";
        return end.Reason switch
        {
            XenbusEndReason.Failed when end.Exception is { } failure => failure,
            XenbusEndReason.TimedOut => new XenException(
                XenErrno.ETIMEDOUT, operation, $"the other end was still {PeerState} after {_timeouts.Connect.TotalSeconds} s, at least InitWait and then Connected were expected"),
            XenbusEndReason.Removed => new XenException(XenErrno.ENODEV, operation, "there is no such device, or the toolstack removed it"),
            _ => new XenException(XenErrno.ENOTCONN, operation, $"it ended: {end.Reason}; the other end is {PeerState}"),
        };
    }

    private void OnTimer()
    {
        _handshake.HandleTime(Now);
        Wake();
        Arm();
    }

    // Again after each firing, for a clock that fires early; not in the past, where a step is being cancelled already.
    private void Arm()
    {
        TimeSpan? due = _handshake.Deadline - Now;
        _timer!.Change(due > TimeSpan.Zero ? due.Value : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private void Wake()
    {
        _isWoken = true;
        _wake.TrySetResult(true);
        if (_handshake.ShouldInterrupt(Now))
        {
            _step?.Cancel();
        }
    }
}
