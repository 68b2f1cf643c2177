using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xen.Events;
using Xen.Grants;
using Xen.Simulation.Choices;

namespace Xen.Simulation;

/// <summary>How a simulation behaves. The same options and the same program give the same run.</summary>
public sealed record SimulationOptions
{
    /// <summary>Where every choice comes from, unless <see cref="Choice"/> is given.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Another source of choices: exhaustive, replayed, or a generator that shrinks. <see langword="null"/>: seeded.</summary>
    public IChoice? Choice { get; init; }

    /// <summary>What Xen and the peers do worse than they could. Real events are never lost.</summary>
    public SimulationFaults Faults { get; init; } = SimulationFaults.None;

    /// <summary>Pages of memory of each domain, 16 or more. They cost host memory only when touched.</summary>
    public int PagesPerDomain { get; init; } = 16384;

    /// <summary>Pages that all devices of a domain may use together (<c>PageBudget</c>); 0 means three quarters of its memory.</summary>
    public int PageBudget { get; init; }

    /// <summary>Frames of a grant table at most (Xen's <c>max_grant_frames</c>); each holds 512 references (256 in version 2).</summary>
    public int MaxGrantFrames { get; init; } = 64;

    /// <summary>Highest version of grant tables that Xen lets a domain choose (Xen's <c>gnttab=max-ver</c>).</summary>
    public int MaxGrantVersion { get; init; } = 2;

    /// <summary>The version that domains ask for; <see langword="null"/>: by their memory, see <see cref="FirstFrame"/>.</summary>
    public GrantTableVersion? GrantVersion { get; init; }

    /// <summary>False: a Xen before 4.4, without FIFO event channels.</summary>
    public bool OffersFifoEvents { get; init; } = true;

    /// <summary>The event-channel ABI that domains ask for.</summary>
    public EventAbi EventAbi { get; init; } = EventAbi.Fifo;

    /// <summary>Number of the first frame of domain 0's memory; other domains lie behind it. From 2^32 on, grant tables must be of version 2.</summary>
    public ulong FirstFrame { get; init; } = 0x1000;

    /// <summary>
    /// <see langword="null"/>: virtual time, everything on the pump's thread and in an order that the choices decide. A time provider: its time,
    /// first come first served, and other threads may queue work.
    /// </summary>
    public TimeProvider? RealTime { get; init; }

    /// <summary>Virtual time at which the simulation gives up: when only timers still fire, a run would never end.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Version of the start info that domains are born with: 0, without a memory map, as Xen before 4.9 makes it; 1 as today's.</summary>
    public int StartInfoVersion { get; init; } = 1;

    /// <summary>The command line of every domain, which it gets as UTF-8; <see langword="null"/> for none.</summary>
    public string? CommandLine { get; init; }

    /// <summary>What is loaded beside every domain's kernel.</summary>
    public IReadOnlyList<SimulatedModule> Modules { get; init; } = [];

    /// <summary>Where the domains' drivers log.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Keeps the lines of the trace for <see cref="Simulation.TraceLines"/>. The hash is kept in any case.</summary>
    public bool RecordTrace { get; init; }
}
