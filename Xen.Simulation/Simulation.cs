using Xen.Platform.Abi;
using Xen.Simulation.Choices;
using Xen.Simulation.Machine;
using Xen.Simulation.Scheduling;

namespace Xen.Simulation;

/// <summary>
/// A Xen host in this process: domains with memory, hypercalls, event channels and grant tables at the real ABI. All domains share one
/// thread, and in virtual time one order of events that the seed decides.
/// </summary>
/// <example><code>
/// using var simulation = new Simulation(new SimulationOptions { Seed = 1 });
/// SimulatedDomain front = simulation.CreateDomain("front");
/// simulation.Run(async () => { … });
/// </code></example>
public sealed partial class Simulation : IDisposable
{
    private readonly List<SimulatedDomain> _domains = [];
    private readonly IPump _pump;
    private readonly XenMachine _machine;
    private readonly SimulatedScheduler _main;
    private readonly TraceRecorder _trace;
    private readonly WaitList _waits = new();
    private GuestCrashedException? _crash;

    /// <summary>Makes a host with a control domain.</summary>
    /// <param name="options">How it behaves; <see langword="null"/> for the defaults.</param>
    public Simulation(SimulationOptions? options = null)
    {
        Options = options ?? new SimulationOptions();
        Choice = Options.Choice ?? new SeededChoice(Options.Seed);
        _trace = new TraceRecorder(Options.RealTime is null, Options.RecordTrace);
        _pump = Options.RealTime is { } time ? new RealPump(this, time) : new VirtualPump(this, Choice);
        _main = new SimulatedScheduler(_pump, _waits, "main", -1);
        _machine = new XenMachine(new MachineHost(this), Options);
        Dom0 = CreateDomain("Domain-0");
    }

    /// <summary>How it behaves.</summary>
    public SimulationOptions Options { get; }

    /// <summary>The source of every choice of the run.</summary>
    public IChoice Choice { get; }

    /// <summary>The control domain: it may ask for things in the name of others.</summary>
    public SimulatedDomain Dom0 { get; }

    /// <summary>All domains, by number, ended ones too.</summary>
    public IReadOnlyList<SimulatedDomain> Domains => _domains;

    /// <summary>The time that every domain shares.</summary>
    public TimeProvider TimeProvider => _main.TimeProvider;

    /// <summary>Adds a domain.</summary>
    /// <param name="name">Its name, for traces and errors.</param>
    public SimulatedDomain CreateDomain(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        AssertCurrent("a domain was created");
        XenDomain machineDomain = _machine.CreateDomain(name);
        var domain = new SimulatedDomain(this, _machine, machineDomain, new SimulatedScheduler(_pump, _waits, name, machineDomain.Id));
        _domains.Add(domain);
        domain.Start();
        return domain;
    }

    /// <summary>
    /// Runs a program and everything it starts on the calling thread until it ends. Can be called again: what was left over goes on.
    /// </summary>
    /// <param name="main">The program. It belongs to no domain and may use all of them.</param>
    /// <exception cref="SimulationDeadlockException">Nothing can ever happen again and the program is not complete.</exception>
    /// <exception cref="GuestCrashedException">A domain crashed that was not expected to (<see cref="SimulatedDomain.IsCrashExpected"/>).</exception>
    public void Run(Func<Task> main)
    {
        ArgumentNullException.ThrowIfNull(main);
        SynchronizationContext? outer = SynchronizationContext.Current;
        _pump.Enter();
        SynchronizationContext.SetSynchronizationContext(_main.SynchronizationContext);
        try
        {
            Task task = main();
            _pump.RunUntilComplete(task);
            ThrowIfCrashed();
            task.GetAwaiter().GetResult();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    /// <summary>Gives the memory of all domains back to the host. Nothing of the simulation can be used any more.</summary>
    public void Dispose() => _machine.Dispose();

    /// <summary>The run queue of what belongs to no domain.</summary>
    internal SimulatedScheduler MainScheduler => _main;

    internal static InvalidOperationException Left(string what) => new(
        $"left the simulation: {what} on another thread than the simulation's. Something was awaited that leaves the guest's scheduler; docs/determinism.md lists what does.");

    /// <summary>Fails unless the caller is on the simulation's thread.</summary>
    internal void AssertCurrent(string what)
    {
        if (!_pump.IsCurrent)
        {
            throw Left(what);
        }
    }

    /// <summary>Runs an entry; what it does not handle crashes its domain.</summary>
    internal void Invoke(in ReadyEntry entry)
    {
        SimulatedScheduler owner = entry.Owner;
        if (_trace.IsKept)
        {
            _trace.Add(TraceKind.Step, owner.Number, entry.Sequence, 0, _pump.NowNanoseconds);
        }

        try
        {
            entry.Invoke();
        }
        catch (Exception exception) when (owner.Number >= 0 && exception is not GuestCrashedException)
        {
            _domains[owner.Number].Crash(exception);
        }

        ThrowIfCrashed();
    }

    /// <summary>A domain crashed that should not have: <see cref="Run"/> ends as soon as the present piece of work does.</summary>
    internal void ReportCrash(GuestCrashedException crash) => _crash ??= crash;

    internal List<string> DescribeWaits() => _waits.Describe();

    private void ThrowIfCrashed()
    {
        if (_crash is { } crash)
        {
            _crash = null;
            throw crash;
        }
    }

    private sealed class MachineHost(Simulation simulation) : IMachineHost
    {
        public long NowNanoseconds => simulation._pump.NowNanoseconds;

        public DateTimeOffset Beginning => simulation._pump.Beginning;

        public void OnUpcall(XenDomain domain) => simulation._domains[domain.Id].OnUpcall();

        public void OnShutdown(XenDomain domain, ShutdownReason reason) => simulation._domains[domain.Id].OnShutdown(reason);

        public void RunOthers(XenDomain sleeper, Func<bool> condition, long deadlineNanoseconds) =>
            simulation._pump.RunOthers(simulation._domains[sleeper.Id].OwnScheduler, condition, deadlineNanoseconds);

        public bool Strikes(int perMille) => perMille > 0 && simulation.Choice.Next(1000) >= 1000 - perMille;

        public int Choose(int bound) => simulation.Choice.Next(bound);

        public void After(TimeSpan delay, Action action) =>
            simulation._main.TimeProvider.CreateTimer(static state => ((Action)state!)(), action, delay, Timeout.InfiniteTimeSpan);

        public void Trace(XenDomain domain, TraceKind what, long first, long second)
        {
            if (simulation._trace.IsKept)
            {
                simulation._trace.Add(what, domain.Id, first, second, simulation._pump.NowNanoseconds);
            }
        }
    }
}
