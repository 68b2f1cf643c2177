namespace Xen.Hosts.Tests.Aot;

/// <summary>An image whose build fixed its host: what is not in it, and what its guest does with a command line and with its end.</summary>
public class BareMetalTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly Dictionary<string, string> NoSettings = [];

    [AotFact]
    public void No_type_of_another_host_is_in_the_image()
    {
        string[] names = [.. File.ReadLines(AotImage.BareMetal.Map).Where(line => line.Contains("Name=\"", StringComparison.Ordinal))];
        // What a guest needs is there, so that the list is one of this program.
        Assert.All(
            ["Xen_AotBareMetal_BareHost", "Xen_Hosting_Xen_Hosting_Guest", "Xen_Blkfront_", "Xen_Netfront_", "Xen_Store_"],
            expected => Assert.Contains(names, name => name.Contains(expected, StringComparison.Ordinal)));
        string[] others = ["Xen_Simulation_", "Xen_Linux_", "Xen_Blkback_", "Xen_Netback_", "SimulationHost", "LinuxHost", "SimulatedBackends"];
        Assert.DoesNotContain(names, name => others.Any(other => name.Contains(other, StringComparison.Ordinal)));
    }

    [AotFact]
    public void The_one_host_runs_without_being_named_and_takes_its_own_words_out() =>
        AssertRun(["a", "root=/dev/xvda", "b"], 0, "unikernel: a b", "leaves: PowerOff");

    [AotFact]
    public void The_environment_does_not_choose_a_host()
    {
        ProgramRun run = ProgramRun.Start(Limit, new Dictionary<string, string> { ["XENSTACK_HOST"] = "linux" }, AotImage.BareMetal.Native);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["unikernel: ", "leaves: PowerOff"], run.Lines);
    }

    [AotFact]
    public void Each_end_of_the_guest_reaches_the_host()
    {
        AssertRun(["reboot"], 75, "unikernel: reboot", "leaves: Reboot");
        foreach ((string verb, string what) in new[] { ("fault", "the main task's fault"), ("unhandled", "nobody's fault") })
        {
            ProgramRun run = Run(verb);
            Assert.Equal(134, run.ExitCode);
            Assert.Contains(run.Lines, line => line.Contains(what, StringComparison.Ordinal));
            Assert.Contains("crashes", run.Lines);
            Assert.DoesNotContain(run.Lines, line => line.StartsWith("leaves", StringComparison.Ordinal));
        }
    }

    [AotFact]
    public void Help_prints_the_hosts_options_and_the_programs() =>
        AssertRun(["--help"], 0, "  --log RULES     what is logged", "  words           printed");

    [AotFact]
    public void Help_behind_two_dashes_is_the_programs() => AssertRun(["--", "--help"], 0, "unikernel: --help", "leaves: PowerOff");

    [AotFact]
    public void Options_of_other_hosts_and_words_that_the_host_refuses_are_errors()
    {
        AssertRun(["--host=linux"], 64, "--host is not for this image: its host, 'unikernel', was fixed when it was built.");
        AssertRun(["--seed", "3"], 64, "--seed is not for this image: its host, 'unikernel', was fixed when it was built.");
        AssertRun(["DOTNET_bad=1"], 64, "'DOTNET_bad=1' is no parameter of the runtime.");
    }

    private static void AssertRun(string[] arguments, int exitCode, params string[] lines)
    {
        ProgramRun run = Run(arguments);
        Assert.Equal(lines, run.Lines);
        Assert.Equal(exitCode, run.ExitCode);
    }

    private static ProgramRun Run(params string[] arguments) =>
        ProgramRun.Start(Limit, NoSettings, AotImage.BareMetal.Native, arguments);
}
