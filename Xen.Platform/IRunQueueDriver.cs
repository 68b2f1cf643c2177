namespace Xen.Platform;

/// <summary>
/// What a run queue's thread does between two turns on a host that has events of its own: on bare metal it looks for upcalls and timers, and
/// sleeps in the hypervisor.
/// </summary>
public interface IRunQueueDriver
{
    /// <summary>Looks for what came from outside and queues it. Called before each turn on the thread that pumps; never waits.</summary>
    void Poll();

    /// <summary>Sleeps until something may have come from outside, or until <see cref="Wake"/>; a wake-up that came before is not lost.</summary>
    void Sleep();

    /// <summary>Ends the sleep. Called by any thread, after it has queued something.</summary>
    void Wake();
}
