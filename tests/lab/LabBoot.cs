using System.Diagnostics;

namespace Xen.Lab.Tests;

/// <summary>The one boot that all checks share: programs published, Xen booted, every check run in dom0, its lines kept.</summary>
public sealed class LabBoot
{
    // All of it, inside the limit that ./test gives. What publishing does not use is the boot's; xenlab ends itself before its limit, and dom0's
    // script before that (tests/lab/run-checks.sh), so that what was found until then is kept.
    private const int TotalSeconds = 600;
    private const int PublishSeconds = 240;
    private const int EndSeconds = 15;
    private const int LastLines = 60;

    private readonly LabReports _reports;
    private readonly string[] _lines;

    public LabBoot()
    {
        Directory.CreateDirectory(LabFolder.Results);
        long start = Stopwatch.GetTimestamp();
        ToolRun? failed = PublishAll(start);
        Outside = new OutsideRuns(() => Left(start, PublishSeconds));
        ToolRun run = failed ?? Boot(start);
        _lines = [.. run.Lines];
        File.WriteAllLines(Path.Combine(LabFolder.Results, "lab.log"), _lines);
        _reports = new LabReports(_lines);
    }

    /// <summary>What was published outside of the repository; its images are booted with the others.</summary>
    internal OutsideRuns Outside { get; }

    /// <summary>What dom0 said about a check, as <c>ok|fail detail</c>, or null when it said nothing.</summary>
    internal string? Report(string name) => _reports.Of(name);

    /// <summary>What dom0 printed after a word of its own, line by line.</summary>
    internal IEnumerable<string> After(string word) => _lines.Where(line => line.StartsWith(word + ' ', StringComparison.Ordinal)).Select(line => line[(word.Length + 1)..]);

    /// <summary>The lines that explain a failed check: those that mention it, or the last ones when there are none.</summary>
    internal string Explain(string name)
    {
        string[] own = [.. _lines.Where(line => line.StartsWith(name + "| ", StringComparison.Ordinal))];
        return string.Join('\n', own.Length > 0 ? own.TakeLast(LastLines) : _lines.TakeLast(LastLines));
    }

    /// <summary>Publishes each program; returns the run that failed, or null.</summary>
    private static ToolRun? PublishAll(long start)
    {
        foreach (string project in (string[])[.. Programs(), .. LabFolder.Unikernels])
        {
            ToolRun run = ToolRun.Start(
                Left(start, PublishSeconds), "dotnet", "publish", project, "-c", "Release", "-r", "linux-x64", "-o", FolderOf(project), "--nologo");
            if (run.ExitCode != 0)
            {
                return run;
            }
        }

        return null;
    }

    private static ToolRun Boot(long start)
    {
        TimeSpan left = Left(start, TotalSeconds);
        string[] arguments =
        [
            "boot", Path.Combine(LabFolder.Lab, "run-checks.sh"),
            "--limit", $"{(int)left.TotalSeconds - EndSeconds}",
            "--console", Path.Combine(LabFolder.Results, "lab-console.log"),
            "--add", $"{LabFolder.Checks}:/lab/checks",
            .. Programs().SelectMany(project => ProgramFile("--add", project)),
            .. LabFolder.Unikernels.Select(FolderOf).Where(Directory.Exists).SelectMany(Image),
            .. PublishedFolders().Where(Directory.Exists).SelectMany(folder => (string[])["--add", $"{folder}:/lab/published/{Path.GetFileName(folder)}"]),
            "--guest", Path.Combine(LabFolder.Lab, "guest-checks.sh"),
            .. LabPrograms().SelectMany(project => ProgramFile("--guest-add", project)),
        ];
        return ToolRun.Start(left, Path.Combine(LabFolder.Lab, "xenlab"), arguments);
    }

    private static TimeSpan Left(long start, int seconds)
    {
        TimeSpan left = TimeSpan.FromSeconds(seconds) - Stopwatch.GetElapsedTime(start);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private static IEnumerable<string> ProgramFile(string option, string project)
    {
        string name = Path.GetFileNameWithoutExtension(project);
        return [option, $"{Path.Combine(FolderOf(project), name)}:/usr/bin/{name}"];
    }

    // The image of a unikernel, ready for a toolstack, else the program as it was linked.
    private static IEnumerable<string> Image(string folder)
    {
        IEnumerable<string> images = Directory.EnumerateFiles(folder).Where(file => Path.GetExtension(file) is ".xen" or "");
        return images.OrderDescending(StringComparer.Ordinal).Take(1).SelectMany(image => (string[])["--add", $"{image}:/lab/unikernel/{Path.GetFileName(folder)}"]);
    }

    // With the configurations, as a user has them.
    private static string[] PublishedFolders() =>
        [Path.Combine(LabFolder.Published, "03-Unikernel"), LabFolder.Outside, LabFolder.OutsideOptions, LabFolder.OutsideGlibc];

    private static string FolderOf(string project) => Path.Combine(LabFolder.Published, Path.GetFileNameWithoutExtension(project));

    // The product's own command, and the lab's.
    private static string[] Programs() => [LabFolder.Tool, .. LabPrograms()];

    private static string[] LabPrograms() =>
        [.. Directory.EnumerateFiles(LabFolder.Programs, "*.csproj", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
