namespace Xen.Hosts.Tests.Aot;

/// <summary>A program of the tests, published once with NativeAOT into artifacts; what has not changed since the last time is not made again.</summary>
/// <param name="project">Its folder in tests.</param>
/// <param name="program">Its file.</param>
/// <param name="runtime">The runtime that its project names, which is then part of its folder's name.</param>
internal sealed class AotImage(string project, string program, string? runtime = null)
{
    // Two at once would write the libraries that they share.
    private static readonly Lock Publishing = new();
    private static readonly TimeSpan PublishLimit = TimeSpan.FromMinutes(15);
    private readonly Lazy<ProgramRun> _published = new(() => Publish(project));

    /// <summary>The whole stack and its checks.</summary>
    public static AotImage Checks { get; } = new("Aot", "aot-checks");

    /// <summary>A guest whose image has one host.</summary>
    public static AotImage BareMetal { get; } = new("AotBareMetal", "aot-bare-metal");

    /// <summary>A guest with nothing below it, which the tests boot.</summary>
    public static AotImage UnikernelGuest { get; } = new("UnikernelGuest", "unikernel-guest.xen", "linux-x64");

    /// <summary>The native program.</summary>
    public string Native => Path.Combine(Output("publish"), program);

    /// <summary>The same program for the just-in-time compiler.</summary>
    public string Managed => Path.Combine(Output("bin"), $"{program}.dll");

    /// <summary>The names of what is in the native program, where the project asks for the list.</summary>
    public string Map => Path.Combine(Output("obj"), "native", $"{program}.map.xml");

    /// <summary>How publishing went.</summary>
    public ProgramRun PublishRun => _published.Value;

    private static string Repository { get; } = FindRepository();

    // Whoever asks for a file of it wants it published.
    private string Output(string kind)
    {
        Assert.True(PublishRun.ExitCode == 0, PublishRun.Text);
        return Path.Combine(Repository, "artifacts", kind, project, runtime is null ? "release" : $"release_{runtime}");
    }

    private static ProgramRun Publish(string project)
    {
        var environment = new Dictionary<string, string> { ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0", ["MSBUILDDISABLENODEREUSE"] = "1" };
        lock (Publishing)
        {
            return ProgramRun.Start(
                PublishLimit, environment, "dotnet", "publish", Path.Combine(Repository, "tests", project), "-c", "Release", "-v", "m", "--nologo", "--disable-build-servers");
        }
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
