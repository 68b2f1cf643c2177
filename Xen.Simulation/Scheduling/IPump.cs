namespace Xen.Simulation.Scheduling;

/// <summary>What runs everything of a simulation, one piece at a time.</summary>
internal interface IPump
{
    /// <summary>True on the thread that runs the pieces.</summary>
    bool IsCurrent { get; }

    /// <summary>Nanoseconds since the simulation began.</summary>
    long NowNanoseconds { get; }

    /// <summary>What the wall clock showed then.</summary>
    DateTimeOffset Beginning { get; }

    /// <summary>Makes the time of one scheduler: its timers fire as that scheduler's work.</summary>
    TimeProvider CreateTimeProvider(SimulatedScheduler owner);

    /// <summary>Queues an <c>Action&lt;object?&gt;</c> or a <see cref="SendOrPostCallback"/>.</summary>
    void Add(SimulatedScheduler owner, Delegate callback, object? state);

    /// <summary>Runs pieces until the task is complete.</summary>
    void RunUntilComplete(Task task);

    /// <summary>Runs pieces of others while one sleeps, until a condition holds or a time has come.</summary>
    void RunOthers(SimulatedScheduler sleeper, Func<bool> condition, long deadlineNanoseconds);

    /// <summary>Makes the calling thread the one that runs the pieces.</summary>
    void Enter();
}
