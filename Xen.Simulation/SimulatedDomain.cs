using Xen.Events;
using Xen.Grants;
using Xen.Platform;
using Xen.Platform.Abi;
using Xen.Simulation.Machine;
using Xen.Simulation.Scheduling;

namespace Xen.Simulation;

/// <summary>A domain of the simulation: the machine's half below, and above it the guest's half, the same code that runs on bare metal.</summary>
public sealed partial class SimulatedDomain
{
    private static readonly Action<object?> RunUpcall = static state => ((SimulatedDomain)state!).HandleUpcall();

    private readonly Simulation _simulation;
    private readonly XenMachine _machine;
    private readonly XenDomain _domain;
    private readonly SimulatedScheduler _scheduler;
    private readonly SimulatedHypervisor _hypervisor;
    private readonly SimulatedLifecycle _lifecycle = new();
    private GuestEventChannels? _events;
    private GuestGrantTable? _grants;
    private readonly TaskCompletionSource<ShutdownReason> _ended = new();
    private bool _isUpcallQueued;

    internal SimulatedDomain(Simulation simulation, XenMachine machine, XenDomain domain, SimulatedScheduler scheduler)
    {
        _simulation = simulation;
        _machine = machine;
        _domain = domain;
        _scheduler = scheduler;
        _hypervisor = new SimulatedHypervisor(simulation, machine, domain);
        PhysicalMemory = new DomainMemory(domain);
        Processor = new DomainProcessor(machine, domain);
    }

    /// <summary>Its number.</summary>
    public DomainId Id => new(_domain.Id);

    /// <summary>Its name.</summary>
    public string Name => _domain.Name;

    /// <summary>The simulation it lives in.</summary>
    public Simulation Simulation => _simulation;

    /// <summary>Its run queue. All domains share one thread; the queue says whose work it is.</summary>
    public IGuestScheduler Scheduler => _scheduler;

    /// <summary>Its hypercalls and memory.</summary>
    public IHypervisor Hypervisor => _hypervisor;

    /// <summary>Its suspends and resumes.</summary>
    public IGuestLifecycle Lifecycle => _lifecycle;

    /// <summary>Its event channels, with what only a guest of a hypervisor has: adopted ports and virtual interrupts.</summary>
    public GuestEventChannels Events => _events!;

    /// <summary>Its grant table.</summary>
    public GuestGrantTable Grants => _grants!;

    /// <summary>Set by a test that wants the domain to crash: it then stops, and <see cref="Simulation.Run"/> goes on.</summary>
    public bool IsCrashExpected { get; set; }

    /// <summary>Why the domain ended; <see langword="null"/> while it runs.</summary>
    public ShutdownReason? ShutdownReason { get; private set; }

    /// <summary>What crashed it.</summary>
    public Exception? CrashCause { get; private set; }

    /// <summary>Completes when the domain has ended, with why. To be awaited outside the domain: its own continuations end with it.</summary>
    public Task<ShutdownReason> Ended => _ended.Task;

    /// <summary>Runs work as the domain's own: its continuations are the domain's, and come to nothing when it has ended.</summary>
    /// <param name="work">The work; it begins later, not inside this call.</param>
    /// <returns>Completes as the work does.</returns>
    public Task RunAsync(Func<Task> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var completion = new TaskCompletionSource<Task>(TaskCreationOptions.None);
        _scheduler.Schedule(_ => completion.SetResult(work()), null);
        return completion.Task.Unwrap();
    }

    /// <summary>
    /// Suspends the domain and resumes it at once, as a save and restore or a migration does: its ports, grants and mappings are gone, and
    /// the epoch has grown.
    /// </summary>
    public void SuspendAndResume()
    {
        _simulation.AssertCurrent("a domain was suspended");
        _lifecycle.Suspend();
        _machine.Reincarnate(_domain);
        RestoreConsole();
        _lifecycle.Resume(isCancelled: false);
    }

    /// <summary>Suspends the domain, cancels that, and resumes it: everything is as before.</summary>
    public void SuspendAndCancel()
    {
        _simulation.AssertCurrent("a domain was suspended");
        _lifecycle.Suspend();
        _lifecycle.Resume(isCancelled: true);
    }

    /// <summary>Crashes the domain, as a kernel does that cannot go on.</summary>
    /// <param name="cause">Why.</param>
    public void Crash(Exception cause)
    {
        ArgumentNullException.ThrowIfNull(cause);
        _simulation.AssertCurrent("a domain was crashed");
        CrashCause = cause;
        _machine.Shutdown(_domain, Platform.Abi.ShutdownReason.Crash);
    }

    /// <inheritdoc />
    public override string ToString() => $"{Id} '{Name}'";

    internal SimulatedScheduler OwnScheduler => _scheduler;

    internal void Start()
    {
        SimulationOptions options = _simulation.Options;
        var budget = new PageBudget(options.PageBudget > 0 ? options.PageBudget : options.PagesPerDomain / 4 * 3);
        _events = new GuestEventChannels(_hypervisor, _scheduler, _lifecycle, options.EventAbi);
        _grants = new GuestGrantTable(_hypervisor, _scheduler, _lifecycle, budget, options.GrantVersion);
        _simulation.Xenstored.BuildHome(Id, Name);
    }

    internal void OnUpcall()
    {
        if (!_isUpcallQueued && _hypervisor.Upcall is not null)
        {
            _isUpcallQueued = true;
            _scheduler.Schedule(RunUpcall, this);
        }
    }

    internal void OnShutdown(ShutdownReason reason)
    {
        ShutdownReason = reason;
        _scheduler.IsStopped = true;
        _simulation.Dom0.ReleaseStore(Id);
        _consoleLog?.Close();
        _ended.TrySetResult(reason);
        if (reason == Platform.Abi.ShutdownReason.Crash && !IsCrashExpected)
        {
            _simulation.ReportCrash(new GuestCrashedException(Id, Name, CrashCause));
        }
    }

    private void HandleUpcall()
    {
        _isUpcallQueued = false;
        _hypervisor.Upcall!();
    }
}
