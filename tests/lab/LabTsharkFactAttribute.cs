using Xen.Checks;

namespace Xen.Lab.Tests;

/// <summary>A fact that needs the lab and tshark, a reader of captures that is not ours: without one of them a visible skip; in CI, a failure.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LabTsharkFactAttribute : FactAttribute
{
    /// <summary>Where tshark is.</summary>
    internal const string Tshark = "/usr/bin/tshark";

    public LabTsharkFactAttribute() => Skip =
        ContinuousIntegration.SkipWithout(LabTheoryAttribute.Missing ?? (File.Exists(Tshark) ? null : "needs tshark; ./test installs it when run as root."));
}
