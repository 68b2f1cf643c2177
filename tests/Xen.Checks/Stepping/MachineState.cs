namespace Xen.Checks.Stepping;

/// <summary>A copy of a machine at one moment.</summary>
internal sealed record MachineState(byte[] Shared, CpuState[] Cpus);
