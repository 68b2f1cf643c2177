using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Xen.Benchmarks.Ring;

/// <summary>The C side: ring.c over the headers of libxen-dev, compiled with -O2 into a shared object.</summary>
internal static class CRing
{
    private const string Header = "/usr/include/xen/io/ring.h";

    private static readonly string[] Compilers = ["cc", "gcc", "clang"];

    /// <summary>Compiles and loads it.</summary>
    /// <exception cref="InvalidOperationException">No headers, no compiler, or it does not compile.</exception>
    public static nint Load()
    {
        if (!File.Exists(Header))
        {
            throw new InvalidOperationException($"{Header} is missing: install libxen-dev.");
        }

        string library = Path.Combine(Path.GetTempPath(), $"xen-ring-{Environment.ProcessId}.so");
        string source = Path.Combine(AppContext.BaseDirectory, "Ring", "ring.c");
        string compiler = Compilers.FirstOrDefault(IsInstalled) ?? throw new InvalidOperationException("No C compiler: install gcc or clang.");
        using Process process = Process.Start(compiler, ["-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library, source]);
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{source} does not compile: {compiler} ended with {process.ExitCode}.");
        }

        nint handle = NativeLibrary.Load(library);
        // Mapped is enough: nothing is left behind.
        File.Delete(library);
        return handle;
    }

    private static bool IsInstalled(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, name)));
}
