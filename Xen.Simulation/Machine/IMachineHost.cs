namespace Xen.Simulation.Machine;

/// <summary>What the machine needs from the simulation around it.</summary>
internal interface IMachineHost
{
    /// <summary>Nanoseconds since the machine was switched on.</summary>
    long NowNanoseconds { get; }

    /// <summary>What the wall clock showed when the machine was switched on.</summary>
    DateTimeOffset Beginning { get; }

    /// <summary>A processor of the domain gets an upcall.</summary>
    void OnUpcall(XenDomain domain);

    /// <summary>The domain asked to be ended, and is.</summary>
    void OnShutdown(XenDomain domain, Xen.Platform.Abi.ShutdownReason reason);

    /// <summary>Lets other domains run until the condition holds or the time has come.</summary>
    void RunOthers(XenDomain sleeper, Func<bool> condition, long deadlineNanoseconds);

    /// <summary>True when a fault strikes that does so in so many of 1,000 occasions.</summary>
    bool Strikes(int perMille);

    /// <summary>Chooses a number below the bound.</summary>
    int Choose(int bound);

    /// <summary>Calls back after a time.</summary>
    void After(TimeSpan delay, Action action);

    /// <summary>Adds an event of the machine to the trace.</summary>
    void Trace(XenDomain domain, TraceKind what, long first, long second);
}
