using Xen.Checks;

namespace Xen.Lab.Tests;

/// <summary>A fact that needs the lab: on a developer's machine without it, a visible skip; in CI, a failure.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LabFactAttribute : FactAttribute
{
    public LabFactAttribute() => Skip = ContinuousIntegration.SkipWithout(LabTheoryAttribute.Missing);
}
