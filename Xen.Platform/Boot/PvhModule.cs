namespace Xen.Platform;

/// <summary>A module that the toolstack loaded beside the kernel.</summary>
/// <param name="Address">Its physical address.</param>
/// <param name="Size">Its bytes. It ends below 2^64.</param>
/// <param name="CommandLine">What was written beside it; <see langword="null"/> for nothing.</param>
public sealed record PvhModule(ulong Address, ulong Size, string? CommandLine);
