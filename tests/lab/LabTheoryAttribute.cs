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
        // What images of unikernels are linked with.
        string[] lacks = [.. run.ExitCode == 0 ? [] : run.Lines, .. IsOnPath("musl-gcc") ? (string[])[] : ["musl-tools"]];
        return lacks.Length == 0 ? null : $"The lab lacks: {string.Join(", ", lacks)}. ./test installs it when run as root.";
    }

    private static bool IsOnPath(string tool) => LabFolder.ProgramPath.Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, tool)));
}
