using Xen.Checks;

namespace Xen.Hosts.Tests.Unikernel;

/// <summary>A fact that makes repositories. Without git it is skipped visibly, except in CI, where it must be there.</summary>
public sealed class GitFactAttribute : FactAttribute
{
    public GitFactAttribute() => Skip = Missing;

    internal static string? Missing { get; } =
        ContinuousIntegration.SkipWithout(File.Exists("/usr/bin/git") ? null : "The manifest's tests need git; ./test installs it when run as root.");
}
