namespace Xen.Platform;

/// <summary>
/// Waits that are served in the order in which they began, 0 bytes each once warm: who waits for credit, for pages, for a slot. Each wait
/// says how much it needs; whoever has something to give serves the first waiter or nobody, so a large need is not passed by for ever.
/// </summary>
/// <typeparam name="TResult">What is waited for.</typeparam>
/// <param name="scheduler">Where continuations run; the queue is used there only.</param>
public sealed class WaitQueue<TResult>(IGuestScheduler scheduler)
{
    private const int FirstSweep = 64;

    private readonly Queue<Waiter> _waiting = new();
    private readonly Queue<Waiter> _served = new();
    private int _sweepAt = FirstSweep;

    /// <summary>True when nobody waits.</summary>
    public bool IsEmpty
    {
        get
        {
            DropCancelled();
            return _waiting.Count == 0;
        }
    }

    /// <summary>What the first waiter needs. Not to be asked when <see cref="IsEmpty"/>.</summary>
    public int FirstNeed => _waiting.Peek().Need;

    /// <summary>Begins a wait behind all others.</summary>
    /// <param name="need">How much it needs, in the owner's units.</param>
    /// <param name="cancellationToken">Ends the wait with <see cref="OperationCanceledException"/>.</param>
    public ValueTask<TResult> WaitAsync(int need, CancellationToken cancellationToken = default)
    {
        Sweep();
        Waiter waiter = _served.TryPeek(out Waiter? oldest) && oldest.Source.IsIdle
            ? _served.Dequeue()
            : new Waiter(new WaitSource<TResult>(scheduler));
        waiter.Need = need;
        _waiting.Enqueue(waiter);
        return waiter.Source.WaitAsync(cancellationToken);
    }

    /// <summary>Serves the first waiter. Not to be called when <see cref="IsEmpty"/>.</summary>
    /// <param name="result">What it gets.</param>
    public void ServeFirst(TResult result)
    {
        Waiter waiter = _waiting.Dequeue();
        waiter.Source.TrySetResult(result);
        _served.Enqueue(waiter);
    }

    /// <summary>Fails every wait.</summary>
    /// <param name="makeException">Makes the exception of each: one that is thrown twice has one stack trace for both.</param>
    public void FailAll(Func<Exception> makeException)
    {
        ArgumentNullException.ThrowIfNull(makeException);
        while (!IsEmpty)
        {
            Waiter waiter = _waiting.Dequeue();
            waiter.Source.TrySetException(makeException());
            _served.Enqueue(waiter);
        }
    }

    private void DropCancelled()
    {
        while (_waiting.TryPeek(out Waiter? first) && !first.Source.IsPending)
        {
            _served.Enqueue(_waiting.Dequeue());
        }
    }

    // Cancelled waits behind a first one that is never served must not pile up.
    private void Sweep()
    {
        if (_waiting.Count < _sweepAt)
        {
            return;
        }

        for (int i = _waiting.Count; i > 0; i--)
        {
            Waiter waiter = _waiting.Dequeue();
            (waiter.Source.IsPending ? _waiting : _served).Enqueue(waiter);
        }

        _sweepAt = Math.Max(FirstSweep, _waiting.Count * 2);
    }

    private sealed class Waiter(WaitSource<TResult> source)
    {
        public WaitSource<TResult> Source { get; } = source;

        public int Need { get; set; }
    }
}
