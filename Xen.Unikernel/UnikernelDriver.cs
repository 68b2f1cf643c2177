using Xen.Platform;

namespace Xen.Unikernel;

/// <summary>What the guest's thread does between two turns: it looks for upcalls and timers, and sleeps in the layer, which halts the processor.</summary>
internal sealed class UnikernelDriver(UnikernelHypervisor hypervisor, PvClock clock) : IRunQueueDriver
{
    /// <summary>Told between two turns.</summary>
    public Action? Polled { get; set; }

    public void Poll()
    {
        if (Layer.TakeUpcall())
        {
            hypervisor.Upcall?.Invoke();
        }

        if (clock.Timers.NextDueNanoseconds != TimerQueue.Never)
        {
            clock.Timers.RunDue(clock.GetTimestamp());
        }

        Polled?.Invoke();
    }

    public void Sleep() => hypervisor.Block(clock.SystemTimeOf(clock.Timers.NextDueNanoseconds));

    public void Wake() => Layer.Wake();
}
