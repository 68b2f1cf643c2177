using Xen.Checks;

namespace Xen.Lab.Tests;

/// <summary>A theory that needs the lab: on a developer's machine without it, a visible skip; in CI, a failure.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LabTheoryAttribute : TheoryAttribute
{
    internal static string? Missing { get; } = FindMissing();

    public LabTheoryAttribute() => Skip = ContinuousIntegration.SkipWithout(Missing);

    private static string? FindMissing()
    {
        ToolRun run = ToolRun.Start(TimeSpan.FromSeconds(30), Path.Combine(LabFolder.Lab, "xenlab"), "missing");
        return run.ExitCode == 0 ? null : $"The lab lacks: {string.Join(", ", run.Lines)}. ./test installs it when run as root.";
    }
}
