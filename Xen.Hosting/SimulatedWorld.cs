using Xen.Simulation;

namespace Xen.Hosting;

/// <summary>What a toolstack's configuration file would say: the devices of a guest in the simulation.</summary>
public sealed record SimulatedWorld
{
    /// <summary>The seed of every choice. The same seed does the same.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>The guest's name.</summary>
    public string Name { get; init; } = "guest";

    /// <summary>Its memory in MiB.</summary>
    public int MemoryMebibytes { get; init; } = 64;

    /// <summary>Its disks.</summary>
    public IReadOnlyList<SimulatedDisk> Disks { get; init; } = [];

    /// <summary>Its network interfaces. Each ends at a peer that answers ARP, ping and UDP echo.</summary>
    public IReadOnlyList<SimulatedInterface> Interfaces { get; init; } = [];

    /// <summary>
    /// Gets what the guest writes to its console, as <c>xl console</c> shows it; <see langword="null"/>: nobody looks at it. When it is given,
    /// the guest's own log goes through its console too, as on bare metal. It is written to in domain 0's turn.
    /// </summary>
    public TextWriter? Console { get; init; }

    /// <summary>True to run in real time instead of virtual time: for measurements.</summary>
    public bool RealTime { get; init; }

    /// <summary>True in a test that wants the guest to crash: the run then ends with <see cref="GuestExitKind.Crash"/> instead of an exception.</summary>
    public bool IsCrashExpected { get; init; }

    /// <summary>
    /// What domain 0 does beside the guest, from the guest's start on: <c>guest =&gt; guest.RequestShutdownAsync("poweroff").AsTask()</c>. The run waits
    /// for its end, after the guest's. A program that is also built for bare metal sets it only where <see cref="XenGuest.IsBareMetal"/> is false.
    /// </summary>
    public Func<SimulatedDomain, Task>? Toolstack { get; init; }

    /// <summary>Called when the run is over, with what the simulation saw. A test compares the trace hash of two runs of one seed.</summary>
    public Action<SimulationReport>? Finished { get; init; }
}
