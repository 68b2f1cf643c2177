using System.Globalization;
using Xen.Hosts.Tests.Aot;

namespace Xen.Hosts.Tests.Unikernel;

/// <summary>Words of the command line in a real image: what the runtime made of its settings, and who got the rest.</summary>
public class BootParameterTests
{
    private const int Mebibytes = 64;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [QemuFact]
    public void Settings_reach_the_runtime_and_the_last_of_each_counts()
    {
        ProgramRun run = Boot(
            "root=/dev/xvda", "ro", "DOTNET_GCHeapHardLimit=1000000", "--gc-heap-hard-limit=24M", "--gc-conserve-memory", "5", "DOTNET_GCConserveMemory=7",
            "--gc-gen0-size=2m", "--gc-concurrent=1", "--gc-concurrent=0", "--gc-retain-vm=1", "DOTNET_Own=1", "DOTNET_OwnToo=2", "DOTNET_Own=3",
            "console=hvc0", "\"zwei wörter\"", "-v", "ip=10.0.0.2", "--", "--gc-retain-vm=0", "DOTNET_Own=4");
        Assert.Equal(
            [
                "DOTNET_GCConserveMemory=7", "DOTNET_GCHeapHardLimit=1800000", "DOTNET_GCRetainVM=1", "DOTNET_GCgen0size=200000", "DOTNET_Own=3",
                "DOTNET_OwnToo=2", "DOTNET_gcConcurrent=0",
            ],
            Said(run, "environment").Where(static word => !word.StartsWith("DOTNET_GCRegionRange", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["GCConserveMem=7", "GCHeapHardLimit=25165824", "RetainVM=True", "ConcurrentGC=False"],
            ((string[])["GCConserveMem", "GCHeapHardLimit", "RetainVM", "ConcurrentGC"]).Select(name => Assert.Single(Said(run, "collector"), line => line.StartsWith($"{name}=", StringComparison.Ordinal))));
        Assert.Equal([$"{24 << 20}"], Said(run, "limit"));
        Assert.Equal(["parameters", "zwei wörter", "-v", "ip=10.0.0.2", "--gc-retain-vm=0", "DOTNET_Own=4"], Said(run, "the program's"));
        Assert.Equal(
            ["parameters", "root=/dev/xvda", "ro", "console=hvc0", "zwei wörter", "-v", "ip=10.0.0.2", "--", "--gc-retain-vm=0", "DOTNET_Own=4"],
            Said(run, "Main's"));
    }

    [QemuFact]
    public void The_heaps_limit_can_be_a_part_of_memory_and_no_word_is_lost_among_many()
    {
        string[] words = [.. Enumerable.Range(0, 300).Select(static i => $"w{i}")];
        ProgramRun run = Boot([.. words, "--gc-heap-hard-limit-percent=50", "DOTNET_Last=1"]);
        long limit = long.Parse(Assert.Single(Said(run, "limit")), CultureInfo.InvariantCulture);
        Assert.InRange(limit, 20 << 20, Mebibytes / 2 << 20);
        Assert.Contains("GCHeapHardLimitPercent=50", Said(run, "collector"));
        Assert.Contains("DOTNET_Last=1", Said(run, "environment"));
        Assert.Equal(["parameters", .. words], Said(run, "Main's"));
        Assert.Equal(["parameters", .. words], Said(run, "the program's"));
    }

    [QemuFact]
    public void Without_settings_the_heap_may_have_three_quarters_of_what_is_free()
    {
        long limit = long.Parse(Assert.Single(Said(Boot(), "limit")), CultureInfo.InvariantCulture);
        Assert.InRange(limit, Mebibytes * 9L / 16 << 20, Mebibytes * 12L / 16 << 20);
    }

    private static ProgramRun Boot(params string[] words)
    {
        ProgramRun run = Machine.Boot(AotImage.UnikernelGuest.Native, Mebibytes, Limit, ["parameters", .. words]);
        Assert.True(run.ExitCode == Machine.PoweredOff, run.Text);
        return run;
    }

    // WHAT 'WORD', a line each.
    private static List<string> Said(ProgramRun run, string what) =>
        [.. run.Lines.Where(line => line.StartsWith($"{what} '", StringComparison.Ordinal)).Select(line => line[(what.Length + 2)..^1])];
}
