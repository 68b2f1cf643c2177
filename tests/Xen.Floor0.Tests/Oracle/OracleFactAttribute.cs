using Xen.Checks;

namespace Xen.Floor0.Tests.Oracle;

/// <summary>A fact that needs a C compiler and Xen's public headers: skipped where they are missing, but never when CI is set.</summary>
public sealed class OracleFactAttribute : FactAttribute
{
    public OracleFactAttribute() => Skip = ContinuousIntegration.SkipWithout(COracle.Missing);
}
