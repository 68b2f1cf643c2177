namespace Xen.Platform;

/// <summary>
/// The timers of a host, by due time, then by the order they were set in. The host's pump sleeps until <see cref="NextDueNanoseconds"/> and
/// calls <see cref="RunDue"/>. A short lock guards it, so that threads beside the pump may set timers; nothing is called under it.
/// </summary>
/// <param name="pump">The host.</param>
public sealed class TimerQueue(ITimerPump pump)
{
    /// <summary>No timer is set.</summary>
    public const long Never = long.MaxValue;

    private readonly Lock _gate = new();
    private QueuedTimer[] _timers = new QueuedTimer[64];
    private int _count;
    private long _sequence;
    private long _nextDue = Never;

    /// <summary>When the first timer is due; <see cref="Never"/> when none is set.</summary>
    public long NextDueNanoseconds => Volatile.Read(ref _nextDue);

    internal ITimerPump Pump => pump;

    /// <summary>Makes a timer.</summary>
    /// <param name="scheduler">Where its callback runs; <see langword="null"/>: inside <see cref="RunDue"/>, which then is not to be held up.</param>
    /// <param name="callback">The callback.</param>
    /// <param name="state">Its argument.</param>
    /// <param name="dueTime">From now to the first call, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="period">Between calls; zero or <see cref="Timeout.InfiniteTimeSpan"/> for one call only.</param>
    public ITimer CreateTimer(IGuestScheduler? scheduler, TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new QueuedTimer(this, scheduler, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets every timer fire that is due. One with a period is set again, for a time that is still to come.</summary>
    /// <param name="nowNanoseconds">The time.</param>
    /// <returns>How many fired.</returns>
    public int RunDue(long nowNanoseconds)
    {
        int fired = 0;
        // Bounded by the timers there are now: one that is set anew by a callback waits for the next call.
        for (long last = Volatile.Read(ref _sequence); TryTakeDue(nowNanoseconds, last) is { } timer; fired++)
        {
            timer.Fire();
        }

        return fired;
    }

    /// <summary>Lets the first timer fire, if it is due.</summary>
    /// <param name="nowNanoseconds">The time.</param>
    /// <returns>False when none is due.</returns>
    public bool RunFirst(long nowNanoseconds)
    {
        QueuedTimer? timer = TryTakeDue(nowNanoseconds, long.MaxValue);
        timer?.Fire();
        return timer is not null;
    }

    internal void Set(QueuedTimer timer, long due, long period)
    {
        bool isEarlier;
        lock (_gate)
        {
            Unset(timer);
            timer.Period = period;
            long before = _nextDue;
            if (due != Never)
            {
                Add(timer, due);
            }

            UpdateNextDue();
            isEarlier = _nextDue < before;
        }

        if (isEarlier)
        {
            pump.OnEarlier();
        }
    }

    private QueuedTimer? TryTakeDue(long now, long lastSequence)
    {
        lock (_gate)
        {
            if (_count == 0 || _timers[0].Due > now || _timers[0].Sequence > lastSequence)
            {
                return null;
            }

            QueuedTimer timer = _timers[0];
            Unset(timer);
            if (timer.Period != Never)
            {
                Add(timer, timer.NextDue(now));
            }

            UpdateNextDue();
            return timer;
        }
    }

    private void UpdateNextDue() => Volatile.Write(ref _nextDue, _count == 0 ? Never : _timers[0].Due);

    private void Add(QueuedTimer timer, long due)
    {
        timer.Due = due;
        timer.Sequence = ++_sequence;
        if (_count == _timers.Length)
        {
            Array.Resize(ref _timers, _count * 2);
        }

        Place(timer, _count++);
        Rise(timer.HeapIndex);
    }

    // Each timer knows its place, so that changing one costs no search.
    private void Unset(QueuedTimer timer)
    {
        int hole = timer.HeapIndex;
        if (hole < 0)
        {
            return;
        }

        timer.HeapIndex = -1;
        QueuedTimer last = _timers[--_count];
        _timers[_count] = null!;
        if (hole == _count)
        {
            return;
        }

        Place(last, hole);
        Rise(hole);
        Sink(last.HeapIndex);
    }

    private static bool IsBefore(QueuedTimer left, QueuedTimer right) =>
        left.Due < right.Due || (left.Due == right.Due && left.Sequence < right.Sequence);

    private void Rise(int index)
    {
        while (index > 0 && IsBefore(_timers[index], _timers[(index - 1) / 2]))
        {
            Swap(index, (index - 1) / 2);
            index = (index - 1) / 2;
        }
    }

    private void Sink(int index)
    {
        for (int child = (2 * index) + 1; child < _count; child = (2 * index) + 1)
        {
            if (child + 1 < _count && IsBefore(_timers[child + 1], _timers[child]))
            {
                child++;
            }

            if (!IsBefore(_timers[child], _timers[index]))
            {
                return;
            }

            Swap(index, child);
            index = child;
        }
    }

    private void Swap(int left, int right)
    {
        QueuedTimer moved = _timers[left];
        Place(_timers[right], left);
        Place(moved, right);
    }

    private void Place(QueuedTimer timer, int index)
    {
        _timers[index] = timer;
        timer.HeapIndex = index;
    }
}
