using System.Threading.Tasks.Sources;

namespace Xen.Platform;

/// <summary>
/// One wait at a time, any number of times, 0 bytes each: the completion source of every wait in the stack.
/// The continuation is queued on the guest's scheduler, never run inline and never on the thread pool.
/// </summary>
/// <remarks>
/// Life of one wait: <see cref="WaitAsync"/> → pending → the first of <see cref="TrySetResult"/>,
/// <see cref="TrySetException"/> and cancellation wins → the awaiter takes the result → idle again.
/// Who loses the race is told so by <see langword="false"/>. The source is used on the guest's scheduler only;
/// a cancellation that comes from another thread is brought there first.
/// </remarks>
/// <typeparam name="TResult">What is waited for.</typeparam>
public sealed class WaitSource<TResult> : IValueTaskSource<TResult>, IValueTaskSource, IPendingWait
{
    private static readonly Action<object?> RunContinuation = static state => ((WaitSource<TResult>)state!).Continue();
    private static readonly Action<object?> CancelOnScheduler = static state => ((WaitSource<TResult>)state!).OnCancelled();
    private static readonly Action<object?> CancelFromAnywhere = static state => ((WaitSource<TResult>)state!).OnCancellationRequested();

    private readonly IGuestScheduler _scheduler;
    private readonly object? _subject;
    private Action<object?>? _continuation;
    private object? _continuationState;
    private ExecutionContext? _executionContext;
    private CancellationToken _cancellationToken;
    private CancellationTokenRegistration _registration;
    private Exception? _exception;
    private TResult _result = default!;
    private short _version;
    private State _state;

    /// <summary>Makes an idle source.</summary>
    /// <param name="scheduler">Where continuations run.</param>
    /// <param name="subject">What is waited for: its text appears in a report of why nothing goes on.</param>
    public WaitSource(IGuestScheduler scheduler, object? subject = null)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        _scheduler = scheduler;
        _subject = subject;
        if (scheduler is IWaitRegistry registry)
        {
            registry.Register(this);
        }
    }

    private enum State : byte
    {
        Idle,
        Pending,
        Completed,
    }

    /// <summary>True while somebody waits and nothing has completed the wait.</summary>
    public bool IsPending => _state == State.Pending;

    /// <summary>True when a new wait can begin: there was none yet, or the last one's result was taken.</summary>
    public bool IsIdle => _state == State.Idle;

    /// <summary>Begins a wait. At most one at a time.</summary>
    /// <param name="cancellationToken">Ends the wait with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="InvalidOperationException">A wait is under way, or its result was not taken yet.</exception>
    public ValueTask<TResult> WaitAsync(CancellationToken cancellationToken = default)
    {
        Begin(cancellationToken);
        return new ValueTask<TResult>(this, _version);
    }

    /// <summary>Begins a wait whose result nobody needs. At most one at a time.</summary>
    /// <param name="cancellationToken">Ends the wait with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="InvalidOperationException">A wait is under way, or its result was not taken yet.</exception>
    public ValueTask WaitWithoutResultAsync(CancellationToken cancellationToken = default)
    {
        Begin(cancellationToken);
        return new ValueTask(this, _version);
    }

    /// <summary>Completes the wait. False when nobody waits, or something else completed it first.</summary>
    /// <param name="result">What the waiter gets.</param>
    public bool TrySetResult(TResult result)
    {
        if (_state != State.Pending)
        {
            return false;
        }

        _result = result;
        Complete();
        return true;
    }

    /// <summary>Fails the wait. False when nobody waits, or something else completed it first.</summary>
    /// <param name="exception">What the waiter's <c>await</c> throws.</param>
    public bool TrySetException(Exception exception)
    {
        if (_state != State.Pending)
        {
            return false;
        }

        _exception = exception;
        Complete();
        return true;
    }

    /// <inheritdoc />
    public string Describe()
    {
        // The state of an async method's continuation is the method itself: its type tells the name.
        string waiter = (_continuationState ?? _continuation?.Target)?.GetType().ToString() ?? "nobody yet";
        return $"{_subject ?? $"a {typeof(TResult).Name}"}, awaited by {waiter}";
    }

    ValueTaskSourceStatus IValueTaskSource<TResult>.GetStatus(short token) => GetStatus(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => GetStatus(token);

    TResult IValueTaskSource<TResult>.GetResult(short token) => TakeResult(token);

    void IValueTaskSource.GetResult(short token) => TakeResult(token);

    void IValueTaskSource<TResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        OnCompleted(continuation, state, token, flags);

    private void Begin(CancellationToken cancellationToken)
    {
        if (_state != State.Idle)
        {
            throw new InvalidOperationException("This source has a wait under way: one wait at a time.");
        }

        _version++;
        _state = State.Pending;
        if (!cancellationToken.CanBeCanceled)
        {
            return;
        }

        _cancellationToken = cancellationToken;
        if (cancellationToken.IsCancellationRequested)
        {
            OnCancelled();
            return;
        }

        _registration = cancellationToken.UnsafeRegister(CancelFromAnywhere, this);
    }

    private void OnCancellationRequested()
    {
        if (_scheduler.IsCurrent)
        {
            OnCancelled();
            return;
        }

        _scheduler.Schedule(CancelOnScheduler, this);
    }

    private void OnCancelled()
    {
        // A cancellation that was queued from another thread can arrive after its wait ended: only the present wait's token counts.
        if (_state == State.Pending && _cancellationToken.IsCancellationRequested)
        {
            _exception = new OperationCanceledException(_cancellationToken);
            Complete();
        }
    }

    private void Complete()
    {
        _state = State.Completed;
        if (_continuation is not null)
        {
            _scheduler.Schedule(RunContinuation, this);
        }
    }

    private void Continue()
    {
        Action<object?> continuation = _continuation!;
        object? state = _continuationState;
        ExecutionContext? context = _executionContext;
        _continuation = null;
        _continuationState = null;
        _executionContext = null;
        if (context is null)
        {
            continuation(state);
            return;
        }

        ContinueIn(context, continuation, state);
    }

    // Apart from Continue, so that only a flowing context pays for the closure.
    private static void ContinueIn(ExecutionContext context, Action<object?> continuation, object? state) =>
        ExecutionContext.Run(context, _ => continuation(state), null);

    private ValueTaskSourceStatus GetStatus(short token)
    {
        CheckToken(token);
        return _state switch
        {
            State.Pending => ValueTaskSourceStatus.Pending,
            _ when _exception is OperationCanceledException => ValueTaskSourceStatus.Canceled,
            _ when _exception is not null => ValueTaskSourceStatus.Faulted,
            _ => ValueTaskSourceStatus.Succeeded,
        };
    }

    private TResult TakeResult(short token)
    {
        CheckToken(token);
        if (_state != State.Completed)
        {
            throw new InvalidOperationException("The wait is not complete.");
        }

        Exception? exception = _exception;
        TResult result = _result;
        _registration.Dispose();
        _registration = default;
        _cancellationToken = default;
        _exception = null;
        _result = default!;
        _state = State.Idle;
        if (exception is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(exception);
        }

        return result;
    }

    private void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        CheckToken(token);
        if (_continuation is not null)
        {
            throw new InvalidOperationException("This wait has an awaiter already.");
        }

        _continuation = continuation;
        _continuationState = state;
        if ((flags & ValueTaskSourceOnCompletedFlags.FlowExecutionContext) != 0)
        {
            _executionContext = ExecutionContext.Capture();
        }

        if (_state == State.Completed)
        {
            _scheduler.Schedule(RunContinuation, this);
        }
    }

    private void CheckToken(short token)
    {
        if (token != _version || _state == State.Idle)
        {
            throw new InvalidOperationException("This wait is over: a ValueTask is awaited once.");
        }
    }
}
