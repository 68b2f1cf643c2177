namespace Xen.Platform;

/// <summary>An option that a guest's command line may have.</summary>
/// <param name="Name">With its two dashes.</param>
/// <param name="Value">What it takes.</param>
/// <param name="Minimum">Least value, of numbers and sizes.</param>
/// <param name="Maximum">Greatest value, of numbers and sizes.</param>
/// <param name="Variable">The environment variable that the runtime reads; <see langword="null"/> for what is not the runtime's.</param>
/// <param name="Help">What it does, for the help text.</param>
public sealed record BootOption(string Name, BootOptionValue Value, long Minimum, long Maximum, string? Variable, string Help);
