using Xen.Platform;
using Xen.Platform.Abi;
using Xen.Simulation.Machine;

namespace Xen.Simulation;

public sealed unsafe partial class SimulatedDomain
{
    private PvhBoot? _boot;
    private PvClock? _clock;
    private ITimer? _clockTimer;

    /// <summary>Its memory by physical address.</summary>
    public IPhysicalMemory PhysicalMemory { get; }

    /// <summary>Physical address of its start info.</summary>
    public ulong StartInfoAddress => _domain.StartInfoAddress;

    /// <summary>What it was told at its entry, read from its memory.</summary>
    public PvhBoot Boot => _boot ??= PvhBoot.Read(PhysicalMemory, StartInfoAddress);

    /// <summary>Its processor: <c>cpuid</c>, and a time stamp counter that follows the simulation's time.</summary>
    public IProcessor Processor { get; }

    /// <summary>
    /// Its clock, computed from its shared info page as on bare metal. It shows the same time as the scheduler's; its timers fire on the domain's run queue.
    /// </summary>
    public PvClock Clock => _clock ??= CreateClock();

    /// <summary>Sets its wall clock off from the host's, as a toolstack does.</summary>
    /// <param name="offset">Later than the host's clock, or earlier when negative.</param>
    public void SetTimeOffset(TimeSpan offset)
    {
        _simulation.AssertCurrent("a domain's wall clock was set");
        _machine.SetTimeOffset(_domain, offset);
    }

    private PvClock CreateClock()
    {
        SharedInfo* sharedInfo = _hypervisor.PlaceSharedInfo();
        var clock = new PvClock(Processor, sharedInfo, &SharedInfo.Vcpu(sharedInfo, 0)->Time, _scheduler, OnEarlierTimer);
        _lifecycle.Resumed += isCancelled => ResumeClock(isCancelled);
        return clock;
    }

    private void ResumeClock(bool isCancelled)
    {
        if (!isCancelled)
        {
            Clock.Resume();
        }
    }

    // The pump of the clock's timers is a timer of the simulation's time.
    private void OnEarlierTimer()
    {
        _clockTimer ??= _scheduler.TimeProvider.CreateTimer(static state => ((SimulatedDomain)state!).RunClock(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        SetClockTimer();
    }

    private void RunClock()
    {
        Clock.Timers.RunDue(Clock.GetTimestamp());
        SetClockTimer();
    }

    private void SetClockTimer()
    {
        long due = Clock.Timers.NextDueNanoseconds;
        TimeSpan delay = due == TimerQueue.Never ? Timeout.InfiniteTimeSpan : TimeSpan.FromTicks(Math.Max(0, due - Clock.GetTimestamp() + 99) / 100);
        _clockTimer!.Change(delay, Timeout.InfiniteTimeSpan);
    }

    private sealed class DomainMemory(XenDomain domain) : IPhysicalMemory
    {
        public bool TryRead(ulong address, Span<byte> destination)
        {
            ulong offset = address - (domain.Physmap.FirstFrame << PageSize.Shift);
            ulong length = (ulong)domain.Physmap.Memory.Length;
            if (offset > length || (ulong)destination.Length > length - offset)
            {
                return false;
            }

            new ReadOnlySpan<byte>(domain.Physmap.Memory.Page(0) + offset, destination.Length).CopyTo(destination);
            return true;
        }
    }

    private sealed class DomainProcessor(XenMachine machine, XenDomain domain) : IProcessor
    {
        public CpuidResult Cpuid(uint leaf, uint subleaf) => XenMachine.Cpuid(domain, leaf, subleaf);

        public ulong ReadTimestampCounter() => machine.Counter;
    }
}
