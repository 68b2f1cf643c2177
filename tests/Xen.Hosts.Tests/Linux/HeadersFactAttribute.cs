namespace Xen.Hosts.Tests.Linux;

/// <summary>A fact that needs a C compiler and Linux's headers. Without them it is skipped, except in CI, where they must be there.</summary>
public sealed class HeadersFactAttribute : FactAttribute
{
    public HeadersFactAttribute()
    {
        if (Compiler is null && Environment.GetEnvironmentVariable("CI") is null or "")
        {
            Skip = "needs a C compiler (cc) and /usr/include/xen: install gcc and linux-libc-dev";
        }
    }

    /// <summary>The compiler's path, when it and the headers are there.</summary>
    internal static string? Compiler { get; } = Find();

    private static string? Find()
    {
        string[] headers = ["evtchn.h", "gntalloc.h", "gntdev.h"];
        if (!headers.All(static header => File.Exists($"/usr/include/xen/{header}")))
        {
            return null;
        }

        string[] compilers = ["/usr/bin/cc", "/usr/bin/gcc", "/usr/bin/clang"];
        return compilers.FirstOrDefault(File.Exists);
    }
}
