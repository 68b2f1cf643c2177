using Xen.Platform;

namespace Xen.Simulation.Scheduling;

/// <summary>The run queue in real time: first come, first served; any thread may add.</summary>
internal sealed class RealPump(Simulation simulation, TimeProvider time) : IPump
{
    private static readonly Action<object?> NoWork = static _ => { };
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(1);

    private readonly object _gate = new();
    private readonly long _begin = time.GetTimestamp();
    private Queue<ReadyEntry> _ready = new(256);
    private Thread _thread = Thread.CurrentThread;
    private long _sequence;
    private bool _isSleeping;

    public bool IsCurrent => _thread == Thread.CurrentThread;

    public long NowNanoseconds => time.GetElapsedTime(_begin).Ticks * 100;

    // Asked for anew: the host's clock may have been set meanwhile.
    public DateTimeOffset Beginning => time.GetUtcNow().AddTicks(-NowNanoseconds / 100);

    public TimeProvider CreateTimeProvider(SimulatedScheduler owner) => new ScheduledTimeProvider(time, owner);

    public void Enter() => _thread = Thread.CurrentThread;

    public void Add(SimulatedScheduler owner, Delegate callback, object? state)
    {
        lock (_gate)
        {
            _ready.Enqueue(new ReadyEntry(owner, callback, state, ++_sequence));
            if (_isSleeping)
            {
                Monitor.Pulse(_gate);
            }
        }
    }

    public void RunUntilComplete(Task task)
    {
        // Wakes the pump when the task ends outside of it; the entry itself has nothing to do.
        task.GetAwaiter().UnsafeOnCompleted(() => Add(simulation.MainScheduler, NoWork, null));
        while (!task.IsCompleted)
        {
            if (TryTake(LongestSleep, out ReadyEntry entry))
            {
                Run(entry);
            }
        }
    }

    public void RunOthers(SimulatedScheduler sleeper, Func<bool> condition, long deadlineNanoseconds)
    {
        SynchronizationContext? outer = SynchronizationContext.Current;
        var held = new Queue<ReadyEntry>();
        while (!condition() && NowNanoseconds < deadlineNanoseconds)
        {
            long nanoseconds = Math.Min(deadlineNanoseconds - NowNanoseconds, LongestSleep.Ticks * 100);
            if (!TryTake(TimeSpan.FromTicks((nanoseconds + 99) / 100), out ReadyEntry entry))
            {
                continue;
            }

            if (entry.Owner == sleeper)
            {
                held.Enqueue(entry);
                continue;
            }

            Run(entry);
        }

        PutBack(held);
        SynchronizationContext.SetSynchronizationContext(outer);
    }

    private void Run(in ReadyEntry entry)
    {
        if (!entry.Owner.IsStopped)
        {
            simulation.Invoke(entry);
        }
    }

    private bool TryTake(TimeSpan patience, out ReadyEntry entry)
    {
        lock (_gate)
        {
            if (_ready.Count == 0)
            {
                _isSleeping = true;
                Monitor.Wait(_gate, patience);
                _isSleeping = false;
            }

            return _ready.TryDequeue(out entry);
        }
    }

    // What waited while its owner slept comes before what was queued later.
    private void PutBack(Queue<ReadyEntry> held)
    {
        lock (_gate)
        {
            foreach (ReadyEntry entry in _ready)
            {
                held.Enqueue(entry);
            }

            _ready = held;
        }
    }
}
