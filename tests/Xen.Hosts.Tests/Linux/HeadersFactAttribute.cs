using Xen.Checks;

namespace Xen.Hosts.Tests.Linux;

/// <summary>A fact that needs a C compiler and Linux's headers of <c>/dev/xen</c>. Without them it is skipped, except in CI, where they must be there.</summary>
public sealed class HeadersFactAttribute : FactAttribute
{
    private static readonly string[] Headers = ["evtchn.h", "gntalloc.h", "gntdev.h"];
    private static readonly string[] Compilers = ["/usr/bin/cc", "/usr/bin/gcc", "/usr/bin/clang"];

    public HeadersFactAttribute() => Skip = ContinuousIntegration.SkipWithout(Missing);

    /// <summary>The compiler's path, when there is one.</summary>
    internal static string? Compiler { get; } = Compilers.FirstOrDefault(File.Exists);

    /// <summary>What is not there, and the packages that have it; null when all is.</summary>
    internal static string? Missing
    {
        get
        {
            string? compiler = Compiler is null ? $"a C compiler ({string.Join(", ", Compilers)}: clang)" : null;
            string? header = Headers.FirstOrDefault(static header => !File.Exists($"/usr/include/xen/{header}"));
            header = header is null ? null : $"/usr/include/xen/{header} (linux-libc-dev)";
            string missing = string.Join(" and ", new[] { compiler, header }.OfType<string>());
            return missing.Length == 0 ? null : $"needs {missing}; ./test installs it when run as root.";
        }
    }
}
