using System.Globalization;
using Xen.Checks;

namespace Xen.Hosts.Tests.Aot;

/// <summary>The whole stack as a native image: it publishes without a warning, its checks hold, and it does what the other compilers' code does.</summary>
public class AotTests
{
    private const int Runs = 5;
    private const int Operations = 100_000;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);
    private static readonly Dictionary<string, string> NoSettings = [];

    [AotFact]
    public void Publishes_without_a_warning()
    {
        // Warnings of the trimmer and of the compiler are errors here, so an image that exists has none.
        ProgramRun publish = AotImage.Checks.PublishRun;
        Assert.True(publish.ExitCode == 0, publish.Text);
        Assert.DoesNotContain(publish.Lines, line => line.Contains("warning", StringComparison.OrdinalIgnoreCase));
    }

    [AotFact]
    public void Every_check_holds()
    {
        ProgramRun run = Native("run", "1", Text(Runs));
        Assert.True(run.ExitCode == 0, string.Join('\n', run.Lines.Where(line => !line.StartsWith("CHECK ok", StringComparison.Ordinal))));
        Assert.Equal(CheckList.All.Count, run.Lines.Count(line => line.StartsWith("CHECK ok", StringComparison.Ordinal)));
    }

    [AotFact]
    public void No_data_path_allocates()
    {
        ProgramRun run = Native("allocation", Text(Operations));
        Assert.True(run.ExitCode == 0, run.Text);
    }

    [AotFact]
    public void The_same_seed_gives_the_same_trace_in_four_processes()
    {
        var hashes = new Dictionary<string, string>
        {
            ["just-in-time compiler"] = HashOf(Managed(NoSettings, 7)),
            ["without tiers"] = HashOf(Managed(new Dictionary<string, string> { ["DOTNET_TieredCompilation"] = "0" }, 7)),
            ["NativeAOT"] = HashOf(Native("determinism", Text(7))),
            ["one processor"] = HashOf(ProgramRun.Start(Limit, NoSettings, "taskset", "-c", FirstProcessor(), "dotnet", AotImage.Checks.Managed, "determinism", Text(7))),
        };
        Assert.True(hashes.Values.Distinct().Count() == 1, string.Join('\n', hashes));
    }

    [AotFact]
    public void Different_seeds_give_different_traces()
    {
        string[] hashes = [.. Enumerable.Range(1, 8).Select(seed => HashOf(Native("determinism", Text(seed))))];
        Assert.Equal(hashes.Length, hashes.Distinct().Count());
    }

    private static ProgramRun Native(params string[] arguments) =>
        ProgramRun.Start(Limit, NoSettings, AotImage.Checks.Native, arguments);

    private static ProgramRun Managed(Dictionary<string, string> environment, int seed) =>
        ProgramRun.Start(Limit, environment, "dotnet", AotImage.Checks.Managed, "determinism", Text(seed));

    // The line HASH h seed s after t us, without the rest of it.
    private static string HashOf(ProgramRun run)
    {
        Assert.True(run.ExitCode == 0, run.Text);
        string line = Assert.Single(run.Lines, line => line.StartsWith("HASH ", StringComparison.Ordinal));
        return line.Split(' ')[1];
    }

    // Not every machine lets this process run on processor 0.
    private static string FirstProcessor()
    {
        string allowed = File.ReadLines("/proc/self/status").First(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal));
        return allowed.Split(':')[1].Trim().Split(',', '-')[0];
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
