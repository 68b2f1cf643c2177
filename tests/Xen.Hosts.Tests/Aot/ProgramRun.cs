using System.Diagnostics;

namespace Xen.Hosts.Tests.Aot;

/// <summary>A finished run of a program: its exit code and the lines that it printed.</summary>
internal sealed record ProgramRun(int ExitCode, IReadOnlyList<string> Lines)
{
    /// <summary>Both, for a message.</summary>
    public string Text => string.Join('\n', [$"exit code {ExitCode}", .. Lines]);

    /// <summary>Runs a program to its end, or ends it when it takes too long.</summary>
    public static ProgramRun Start(TimeSpan limit, IReadOnlyDictionary<string, string> environment, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (string name in start.Environment.Keys.Where(IsOfOuterRun).ToArray())
        {
            start.Environment.Remove(name);
        }

        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        var lines = new List<string>();
        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Add(lines, line.Data);
        process.ErrorDataReceived += (_, line) => Add(lines, line.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        bool isEnded = process.WaitForExit(limit);
        if (!isEnded)
        {
            process.Kill(entireProcessTree: true);
        }

        process.WaitForExit();
        lock (lines)
        {
            return isEnded ? new ProgramRun(process.ExitCode, [.. lines]) : new ProgramRun(-1, [.. lines, $"ended after {limit}"]);
        }
    }

    // The test host inherits settings of the build that started it and of its own runtime; what is started here must not see them.
    private static bool IsOfOuterRun(string name) =>
        name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("COMPlus_", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("DOTNET_Tiered", StringComparison.OrdinalIgnoreCase);

    private static void Add(List<string> lines, string? line)
    {
        if (line is not null)
        {
            lock (lines)
            {
                lines.Add(line);
            }
        }
    }
}
