using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Xen.Floor0.Tests.Oracle;

/// <summary>The C programs of <c>tests/oracle</c> as a shared object, compiled against Xen's public headers when it is first needed.</summary>
internal static class COracle
{
    private const string Header = "/usr/include/xen/io/ring.h";

    private static readonly string[] Compilers = ["cc", "gcc", "clang"];
    private static readonly Lazy<nint> Library = new(Compile);

    /// <summary>What is missing to compile it, or <see langword="null"/>.</summary>
    public static string? Missing
    {
        get
        {
            string? header = File.Exists(Header) ? null : $"{Header} is missing: install libxen-dev.";
            return header ?? (Compiler() is null ? "No C compiler: install gcc or clang." : null);
        }
    }

    /// <summary>The address of a function.</summary>
    public static nint Function(string name) => NativeLibrary.GetExport(Library.Value, name);

    private static string? Compiler() =>
        Compilers.FirstOrDefault(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, name))));

    private static nint Compile()
    {
        if (Missing is { } missing)
        {
            throw new InvalidOperationException(missing);
        }

        string folder = Path.Combine(AppContext.BaseDirectory, "oracle");
        string library = Path.Combine(folder, $"oracle-{Environment.ProcessId}.so");
        string[] sources = Directory.GetFiles(folder, "*.c");
        using Process compiler = Process.Start(
            new ProcessStartInfo(Compiler()!, ["-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library, .. sources]) { RedirectStandardError = true })!;
        string messages = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        if (compiler.ExitCode != 0)
        {
            throw new InvalidOperationException($"The C oracle does not compile: {messages}");
        }

        nint handle = NativeLibrary.Load(library);
        // Mapped is enough: nothing is left behind.
        File.Delete(library);
        return handle;
    }
}
