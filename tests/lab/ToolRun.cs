using System.Diagnostics;

namespace Xen.Lab.Tests;

/// <summary>A finished run of a program: its exit code and what it printed, both streams in order of arrival.</summary>
internal sealed record ToolRun(int ExitCode, IReadOnlyList<string> Lines)
{
    /// <summary>The exit code of a run that was ended because its time was over.</summary>
    internal const int OutOfTime = -1;

    /// <summary>Runs a program to its end; ends it, and what it started, when <paramref name="limit"/> is over.</summary>
    internal static ToolRun Start(TimeSpan limit, string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        ForgetOuterBuild(start);
        var lines = new List<string>();
        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Add(lines, line.Data);
        process.ErrorDataReceived += (_, line) => Add(lines, line.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        bool ended = process.WaitForExit(limit);
        if (!ended)
        {
            process.Kill(entireProcessTree: true);
            Add(lines, $"{program} was ended, its time was over: {limit.TotalSeconds:F0} s for {string.Join(' ', start.ArgumentList)}");
        }

        process.WaitForExit();
        lock (lines)
        {
            return new ToolRun(ended ? process.ExitCode : OutOfTime, [.. lines]);
        }
    }

    private static void Add(List<string> lines, string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (lines)
        {
            lines.Add(line);
        }
    }

    /// <summary>The test host inherits settings of the build that started it; a build started here must not see them.</summary>
    private static void ForgetOuterBuild(ProcessStartInfo start)
    {
        string[] inherited = [.. start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase))];
        foreach (string name in inherited)
        {
            start.Environment.Remove(name);
        }
    }
}
