namespace Xen.Checks;

/// <summary>Whether this run must have all that the tests need: what is missing is a skip on a developer's machine and a failure in CI.</summary>
internal static class ContinuousIntegration
{
    /// <summary>True when the environment variable <c>CI</c> is set to anything.</summary>
    internal static bool IsOn { get; } = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI"));

    /// <summary>The reason to skip a test, or null when it runs: nothing is missing, or this is CI.</summary>
    /// <param name="missing">What is missing, or null.</param>
    internal static string? SkipWithout(string? missing) => IsOn ? null : missing;
}
