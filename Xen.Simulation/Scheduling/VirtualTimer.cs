namespace Xen.Simulation.Scheduling;

/// <summary>A timer of virtual time. It fires as a piece of work of its owner.</summary>
internal sealed class VirtualTimer(VirtualPump pump, SimulatedScheduler owner, TimerCallback callback, object? state) : ITimer
{
    private static readonly Action<object?> Fire = static timer => ((VirtualTimer)timer!).OnFired();

    private long _period = Timeout.Infinite;
    private bool _disposed;

    /// <summary>Nanoseconds since the simulation began.</summary>
    public long Due { get; private set; }

    /// <summary>Orders timers of the same due time.</summary>
    public long Sequence { get; private set; }

    /// <summary>Its place in the heap; -1 while it is not set.</summary>
    public int HeapIndex { get; set; } = -1;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        pump.AssertCurrent("a timer was changed");
        if (_disposed)
        {
            return false;
        }

        Unset();
        _period = period == Timeout.InfiniteTimeSpan ? Timeout.Infinite : Math.Max(1, period.Ticks) * 100;
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            Set(pump.NowNanoseconds + (dueTime.Ticks * 100));
        }

        return true;
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        pump.AssertCurrent("a timer was disposed");
        _disposed = true;
        Unset();
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Its time has come: for the pump.</summary>
    public void Expire()
    {
        Unset();
        if (_period != Timeout.Infinite)
        {
            Set(Due + _period);
        }

        pump.Add(owner, Fire, this);
    }

    private void OnFired()
    {
        if (!_disposed)
        {
            callback(state);
        }
    }

    private void Set(long due)
    {
        Due = due;
        Sequence = pump.NextSequence();
        pump.Timers.Add(this);
    }

    private void Unset()
    {
        if (HeapIndex >= 0)
        {
            pump.Timers.Remove(this);
        }
    }
}
