namespace Xen.Hosts.Tests.Aot;

/// <summary>tests/Aot, published once with NativeAOT into artifacts; what has not changed since the last time is not made again.</summary>
internal static class AotImage
{
    private static readonly TimeSpan PublishLimit = TimeSpan.FromMinutes(15);
    private static readonly Lazy<ProgramRun> Published = new(Publish);

    /// <summary>The native program.</summary>
    public static string Native => Path.Combine(Output("publish"), "aot-checks");

    /// <summary>The same program for the just-in-time compiler.</summary>
    public static string Managed => Path.Combine(Output("bin"), "aot-checks.dll");

    private static string Repository { get; } = FindRepository();

    /// <summary>How publishing went.</summary>
    public static ProgramRun PublishRun => Published.Value;

    private static string Output(string kind) => Path.Combine(Repository, "artifacts", kind, "Aot", "release");

    private static ProgramRun Publish()
    {
        var environment = new Dictionary<string, string> { ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0", ["MSBUILDDISABLENODEREUSE"] = "1" };
        return ProgramRun.Start(
            PublishLimit, environment, "dotnet", "publish", Path.Combine(Repository, "tests", "Aot"), "-c", "Release", "-v", "m", "--nologo", "--disable-build-servers");
    }

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
