namespace XenStack.Tool;

/// <summary>One thing that the doctor looked at.</summary>
/// <param name="Subject">What it is.</param>
/// <param name="IsPresent">True when it is as it should be.</param>
/// <param name="Detail">What was found.</param>
/// <param name="Remedy">What to do about it, or could be done; empty when there is nothing to do.</param>
internal sealed record Finding(string Subject, bool IsPresent, string Detail, string Remedy = "");
