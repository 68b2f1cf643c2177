using Xen.Platform.Abi;
using Xen.Simulation;

namespace Xen.Hosting;

/// <summary>What a simulation saw of a run.</summary>
/// <param name="Seed">The seed of its choices.</param>
/// <param name="TraceHash">A hash of everything that happened, in order.</param>
/// <param name="Duration">How long the run was, in the guest's time.</param>
/// <param name="Leaks">Grants, ports, mappings and pages that were not given back; empty after a clean run.</param>
/// <param name="Shutdown">Why the domain ended, as its hypervisor was told.</param>
/// <param name="CrashCause">What crashed it, where <see cref="SimulatedWorld.IsCrashExpected"/> let the run go on.</param>
public sealed record SimulationReport(
    ulong Seed, ulong TraceHash, TimeSpan Duration, IReadOnlyList<SimulationLeak> Leaks, ShutdownReason Shutdown, Exception? CrashCause);
