namespace Xen.Platform;

/// <summary>Whole page frames side by side.</summary>
/// <param name="First">The number of the first one.</param>
/// <param name="Count">How many.</param>
public readonly record struct FrameRange(ulong First, ulong Count);
