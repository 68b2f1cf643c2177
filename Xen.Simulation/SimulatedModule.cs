namespace Xen.Simulation;

/// <summary>A module that a simulated domain finds in its memory.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="CommandLine">What is written beside it; <see langword="null"/> for nothing.</param>
public sealed record SimulatedModule(ReadOnlyMemory<byte> Content, string? CommandLine = null);
