namespace Xen.Lab.Tests;

/// <summary>Where the lab's files are in the tree.</summary>
internal static class LabFolder
{
    internal static string Repository { get; } = FindRepository();

    internal static string Lab { get; } = Path.Combine(Repository, "tests", "lab");

    internal static string Checks { get; } = Path.Combine(Lab, "checks");

    internal static string Programs { get; } = Path.Combine(Lab, "programs");

    /// <summary>The product's command, which runs there too.</summary>
    internal static string Tool { get; } = Path.Combine(Repository, "tools", "xenstack", "xenstack.csproj");

    /// <summary>What Xen boots as guests, without an operating system.</summary>
    internal static IReadOnlyList<string> Unikernels { get; } =
    [
        .. new[] { "03-Unikernel", "04-HelloUnikernel" }.Select(name => Path.Combine(Repository, "samples", name, name + ".csproj")),
        Path.Combine(Repository, "tests", "UnikernelGuest", "UnikernelGuest.csproj"),
    ];

    /// <summary>Published programs, one folder each.</summary>
    internal static string Published { get; } = Path.Combine(Repository, "artifacts", "lab");

    /// <summary>What a project outside of the repository published (<see cref="OutsideRuns"/>).</summary>
    internal static string Outside { get; } = Path.Combine(Published, "Outside");

    /// <summary>The same with glibc.</summary>
    internal static string OutsideGlibc { get; } = Path.Combine(Published, "Outside-glibc");

    /// <summary>With musl and other options (<see cref="OutsideRuns.Options"/>).</summary>
    internal static string OutsideOptions { get; } = Path.Combine(Published, "Outside-options");

    /// <summary>Logs, beside the test results.</summary>
    internal static string Results { get; } = Path.Combine(Repository, "artifacts", "test");

    /// <summary>Where this machine's programs are, as <c>PATH</c> has it.</summary>
    internal static string ProgramPath { get; } = Environment.GetEnvironmentVariable("PATH") ?? "";

    private static string FindRepository()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "XenStack.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException($"XenStack.sln is not above {AppContext.BaseDirectory}.");
    }
}
