namespace Xen.Lab.Tests;

/// <summary>The one boot that all checks share: programs published, Xen booted, every check run in dom0, its lines kept.</summary>
public sealed class LabBoot
{
    private static readonly TimeSpan PublishLimit = TimeSpan.FromMinutes(5);
    private const int BootLimitSeconds = 900;
    private const int LastLines = 60;

    private readonly Dictionary<string, string> _reports = new(StringComparer.Ordinal);
    private readonly string[] _lines;

    public LabBoot()
    {
        Directory.CreateDirectory(LabFolder.Results);
        ToolRun run = PublishAll() ?? Boot();
        _lines = [.. run.Lines];
        File.WriteAllLines(Path.Combine(LabFolder.Results, "lab.log"), _lines);
        foreach (string line in _lines.Where(line => line.StartsWith("LAB ", StringComparison.Ordinal)))
        {
            string[] words = line.Split(' ', 3);
            _reports[words[1]] = words.Length > 2 ? words[2] : string.Empty;
        }
    }

    /// <summary>What dom0 said about a check, as <c>ok|fail detail</c>, or null when it said nothing.</summary>
    internal string? Report(string name) => _reports.GetValueOrDefault(name);

    /// <summary>The lines that explain a failed check: those that mention it, or the last ones when there are none.</summary>
    internal string Explain(string name)
    {
        string[] own = [.. _lines.Where(line => line.StartsWith(name + "| ", StringComparison.Ordinal))];
        return string.Join('\n', own.Length > 0 ? own.TakeLast(LastLines) : _lines.TakeLast(LastLines));
    }

    /// <summary>Publishes each program of <c>programs/</c>; returns the run that failed, or null.</summary>
    private static ToolRun? PublishAll()
    {
        foreach (string project in Programs())
        {
            string output = Path.Combine(LabFolder.Published, Path.GetFileNameWithoutExtension(project));
            ToolRun run = ToolRun.Start(PublishLimit, "dotnet", "publish", project, "-c", "Release", "-r", "linux-x64", "-o", output, "--nologo");
            if (run.ExitCode != 0)
            {
                return run;
            }
        }

        return null;
    }

    private static ToolRun Boot()
    {
        string[] arguments =
        [
            "boot", Path.Combine(LabFolder.Lab, "run-checks.sh"),
            "--limit", $"{BootLimitSeconds}",
            "--console", Path.Combine(LabFolder.Results, "lab-console.log"),
            "--add", $"{LabFolder.Checks}:/lab/checks",
            .. Programs().SelectMany(project => ProgramFile("--add", project)),
            "--guest", Path.Combine(LabFolder.Lab, "guest-checks.sh"),
            .. Programs().SelectMany(project => ProgramFile("--guest-add", project)),
        ];
        return ToolRun.Start(TimeSpan.FromSeconds(BootLimitSeconds + 300), Path.Combine(LabFolder.Lab, "xenlab"), arguments);
    }

    private static IEnumerable<string> ProgramFile(string option, string project)
    {
        string name = Path.GetFileNameWithoutExtension(project);
        return [option, $"{Path.Combine(LabFolder.Published, name, name)}:/usr/bin/{name}"];
    }

    private static string[] Programs() => Directory.Exists(LabFolder.Programs)
        ? [.. Directory.EnumerateFiles(LabFolder.Programs, "*.csproj", SearchOption.AllDirectories).Order(StringComparer.Ordinal)]
        : [];
}
