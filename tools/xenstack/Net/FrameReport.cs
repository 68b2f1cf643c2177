namespace XenStack.Tool;

/// <summary>A frame that was received, as it is printed.</summary>
/// <param name="Seconds">When, since listening began, in the guest's time.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Description">What it is.</param>
internal sealed record FrameReport(double Seconds, int Length, string Description);
