namespace Xen.Platform;

/// <summary>A timer of a <see cref="TimerQueue"/>. The queue's lock guards its place, its due time and its period.</summary>
internal sealed class QueuedTimer(TimerQueue queue, IGuestScheduler? scheduler, TimerCallback callback, object? state) : ITimer
{
    private static readonly Action<object?> Run = static timer => ((QueuedTimer)timer!).OnFired();

    private bool _isDisposed;

    /// <summary>When it is due, in nanoseconds.</summary>
    public long Due { get; set; }

    /// <summary>Nanoseconds between calls; <see cref="TimerQueue.Never"/> for one call only.</summary>
    public long Period { get; set; } = TimerQueue.Never;

    /// <summary>Orders timers of the same due time.</summary>
    public long Sequence { get; set; }

    /// <summary>Its place in the heap; -1 while it is not set.</summary>
    public int HeapIndex { get; set; } = -1;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        ThrowIfBelow(dueTime, nameof(dueTime));
        ThrowIfBelow(period, nameof(period));
        queue.Pump.BeforeChange("a timer was changed");
        if (Volatile.Read(ref _isDisposed))
        {
            return false;
        }

        long due = dueTime == Timeout.InfiniteTimeSpan ? TimerQueue.Never : Add(queue.Pump.NowNanoseconds, Nanoseconds(dueTime));
        queue.Set(this, due, period <= TimeSpan.Zero ? TimerQueue.Never : Nanoseconds(period));
        return true;
    }

    public void Dispose()
    {
        if (Volatile.Read(ref _isDisposed))
        {
            return;
        }

        queue.Pump.BeforeChange("a timer was disposed");
        Volatile.Write(ref _isDisposed, true);
        queue.Set(this, TimerQueue.Never, TimerQueue.Never);
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Its time has come: for the queue, without its lock.</summary>
    public void Fire()
    {
        if (scheduler is null)
        {
            OnFired();
            return;
        }

        scheduler.Schedule(Run, this);
    }

    /// <summary>The next time of a timer with a period. Times that went by while nobody pumped are left out, all others keep their beat.</summary>
    public long NextDue(long now)
    {
        long late = Math.Max(0, now - Due);
        return Add(Due, late - (late % Period) + Period);
    }

    private static void ThrowIfBelow(TimeSpan time, string name)
    {
        if (time != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero, name);
        }
    }

    private static long Nanoseconds(TimeSpan time) => time.Ticks > TimerQueue.Never / 100 ? TimerQueue.Never : time.Ticks * 100;

    private static long Add(long left, long right) => left > TimerQueue.Never - right ? TimerQueue.Never : left + right;

    private void OnFired()
    {
        if (!Volatile.Read(ref _isDisposed))
        {
            callback(state);
        }
    }
}
