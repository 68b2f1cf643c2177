using System.IO.Pipelines;
using Xen.Platform;

namespace Xen.Simulation.Scheduling;

/// <summary>A domain's view of the simulation's one run queue: its entries are known as that domain's.</summary>
internal sealed class SimulatedScheduler : PipeScheduler, IGuestScheduler, IWaitRegistry
{
    private readonly IPump _pump;
    private readonly DomainContext _context;
    private readonly WaitList _waits;

    public SimulatedScheduler(IPump pump, WaitList waits, string name, int number)
    {
        _waits = waits;
        _pump = pump;
        Name = name;
        Number = number;
        _context = new DomainContext(this);
        TimeProvider = pump.CreateTimeProvider(this);
    }

    public string Name { get; }

    /// <summary>The domain's number, or -1 for the simulation's own main task.</summary>
    public int Number { get; }

    public TimeProvider TimeProvider { get; }

    public PipeScheduler PipeScheduler => this;

    public SynchronizationContext SynchronizationContext => _context;

    public bool IsCurrent => _pump.IsCurrent;

    public IDispatchObserver? DispatchObserver { get; set; }

    /// <summary>True when the domain has ended: what it still queues is dropped.</summary>
    public bool IsStopped { get; set; }

    public void Register(IPendingWait wait) => _waits.Add(this, wait);

    public override void Schedule(Action<object?> action, object? state)
    {
        ArgumentNullException.ThrowIfNull(action);
        _pump.Add(this, action, state);
    }

    private sealed class DomainContext(SimulatedScheduler scheduler) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => scheduler._pump.Add(scheduler, d, state);

        public override void Send(SendOrPostCallback d, object? state)
        {
            if (!scheduler.IsCurrent)
            {
                throw new NotSupportedException("Nothing waits for the simulation's run queue from outside.");
            }

            d(state);
        }

        public override SynchronizationContext CreateCopy() => this;
    }
}
