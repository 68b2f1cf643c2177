using Xen.Checks;

namespace Xen.Hosts.Tests.Tool;

/// <summary>A fact that needs tshark, a reader of captures that is not ours. Without it the fact is skipped, except in CI, where it must be there.</summary>
public sealed class TsharkFactAttribute : FactAttribute
{
    public TsharkFactAttribute() =>
        Skip = ContinuousIntegration.SkipWithout(Tshark is null ? "needs tshark; ./test installs it when run as root." : null);

    /// <summary>Its path, when it is there.</summary>
    internal static string? Tshark { get; } = File.Exists("/usr/bin/tshark") ? "/usr/bin/tshark" : null;
}
