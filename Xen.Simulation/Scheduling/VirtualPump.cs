using Xen.Platform;
using Xen.Simulation.Choices;

namespace Xen.Simulation.Scheduling;

/// <summary>
/// The run queue in virtual time: one ready list, the choices pick the next entry; when none is ready, time jumps to the next timer.
/// </summary>
internal sealed class VirtualPump : IPump, ITimerPump
{
    private readonly Simulation _simulation;
    private readonly IChoice _choice;
    private readonly List<ReadyEntry> _ready = new(256);
    private Thread _thread = Thread.CurrentThread;
    private long _sequence;

    public VirtualPump(Simulation simulation, IChoice choice)
    {
        _simulation = simulation;
        _choice = choice;
        Timers = new TimerQueue(this);
    }

    public TimerQueue Timers { get; }

    public bool IsCurrent => _thread == Thread.CurrentThread;

    public long NowNanoseconds { get; private set; }

    public DateTimeOffset Beginning => VirtualTimeProvider.Beginning;

    public TimeProvider CreateTimeProvider(SimulatedScheduler owner) => new VirtualTimeProvider(this, owner);

    public void Add(SimulatedScheduler owner, Delegate callback, object? state)
    {
        AssertCurrent("work was queued");
        if (!owner.IsStopped)
        {
            _ready.Add(new ReadyEntry(owner, callback, state, ++_sequence));
        }
    }

    public void RunUntilComplete(Task task)
    {
        while (!task.IsCompleted)
        {
            if (_ready.Count > 0)
            {
                Run(_ready.Count == 1 ? 0 : _choice.Next(_ready.Count));
            }
            else if (!TryAdvance(long.MaxValue))
            {
                throw Deadlock("nothing is ready, no timer is set, and the main task is not complete");
            }
        }
    }

    public void RunOthers(SimulatedScheduler sleeper, Func<bool> condition, long deadlineNanoseconds)
    {
        SynchronizationContext? outer = SynchronizationContext.Current;
        while (!condition() && NowNanoseconds < deadlineNanoseconds)
        {
            int others = CountOthers(sleeper);
            if (others > 0)
            {
                Run(FindOther(sleeper, others == 1 ? 0 : _choice.Next(others)));
            }
            else if (!TryAdvance(deadlineNanoseconds))
            {
                SleepUntil(sleeper, deadlineNanoseconds);
            }
        }

        SynchronizationContext.SetSynchronizationContext(outer);
    }

    /// <summary>Makes the calling thread the pump.</summary>
    public void Enter() => _thread = Thread.CurrentThread;

    public void BeforeChange(string what) => AssertCurrent(what);

    public void OnEarlier()
    {
        // The pump does not sleep: it looks at the first timer when nothing is ready.
    }

    public void AssertCurrent(string what)
    {
        if (!IsCurrent)
        {
            throw Simulation.Left(what);
        }
    }

    private void Run(int index)
    {
        ReadyEntry entry = _ready[index];
        _ready[index] = _ready[^1];
        _ready.RemoveAt(_ready.Count - 1);
        if (!entry.Owner.IsStopped)
        {
            _simulation.Invoke(entry);
        }
    }

    private bool TryAdvance(long deadlineNanoseconds)
    {
        long due = Timers.NextDueNanoseconds;
        if (due == TimerQueue.Never || due > deadlineNanoseconds)
        {
            return false;
        }

        NowNanoseconds = Math.Max(NowNanoseconds, due);
        if (NowNanoseconds > _simulation.Options.TimeLimit.Ticks * 100)
        {
            throw Deadlock($"only timers fire, virtual time has passed {_simulation.Options.TimeLimit}, and the main task is not complete");
        }

        return Timers.RunFirst(NowNanoseconds);
    }

    private void SleepUntil(SimulatedScheduler sleeper, long deadlineNanoseconds)
    {
        if (deadlineNanoseconds == long.MaxValue)
        {
            throw Deadlock($"{sleeper.Name} blocks, and nothing else is ready");
        }

        NowNanoseconds = deadlineNanoseconds;
    }

    private int CountOthers(SimulatedScheduler sleeper)
    {
        int count = 0;
        foreach (ReadyEntry entry in _ready)
        {
            count += entry.Owner == sleeper ? 0 : 1;
        }

        return count;
    }

    private int FindOther(SimulatedScheduler sleeper, int number)
    {
        for (int i = 0; ; i++)
        {
            if (_ready[i].Owner != sleeper && number-- == 0)
            {
                return i;
            }
        }
    }

    private SimulationDeadlockException Deadlock(string what) => new(what, _simulation.Options.Seed, _simulation.DescribeWaits());
}
