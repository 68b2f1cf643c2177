using System.Diagnostics;

namespace Xen.Hosts.Tests;

/// <summary>A program in a process of its own, with what it printed. Ended when it takes longer than a minute.</summary>
/// <param name="ExitCode">Its exit code; 128 and the signal's number when a signal ended it.</param>
/// <param name="Output">What it printed.</param>
/// <param name="Error">What it printed on the error stream.</param>
internal sealed record ChildProcess(int ExitCode, string Output, string Error)
{
    private const int LimitMilliseconds = 60_000;

    /// <summary>Runs a .NET program.</summary>
    /// <param name="assembly">Its assembly.</param>
    /// <param name="arguments">Its command line.</param>
    /// <param name="isErrorRead">False to leave the error stream unread until the program has ended.</param>
    /// <param name="started">Called once it runs.</param>
    public static async Task<ChildProcess> RunAsync(
        System.Reflection.Assembly assembly, IEnumerable<string> arguments, bool isErrorRead = true, Func<Process, Task>? started = null)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment.Remove(Xen.Hosting.XenGuest.HostVariable);
        // A crash of a child is what is tested; its memory image is not wanted.
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(LimitMilliseconds);
        Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
        Task<string>? error = isErrorRead ? process.StandardError.ReadToEndAsync(limit.Token) : null;
        try
        {
            if (started is not null)
            {
                await started(process);
            }

            await process.WaitForExitAsync(limit.Token);
            return new ChildProcess(process.ExitCode, await output, error is null ? "" : await error);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
