using Xen.Checks;

namespace Xen.Hosts.Tests.Aot;

/// <summary>A fact that needs NativeAOT's linker. Without it, it is skipped visibly, except in CI, where it must be there.</summary>
public sealed class AotFactAttribute : FactAttribute
{
    public AotFactAttribute() => Skip = ContinuousIntegration.SkipWithout(Missing());

    private static string? Missing()
    {
        string? linker = File.Exists("/usr/bin/clang") || File.Exists("/usr/bin/gcc") ? null : "clang";
        string? zlib = File.Exists("/usr/include/zlib.h") ? null : "zlib1g-dev";
        string? tool = File.Exists("/usr/bin/taskset") ? null : "util-linux";
        string missing = string.Join(", ", new[] { linker, zlib, tool }.OfType<string>());
        return missing.Length == 0 ? null : $"NativeAOT needs {missing}; ./test installs it when run as root.";
    }
}
