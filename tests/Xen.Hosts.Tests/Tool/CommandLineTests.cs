using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Xen.Hosting;
using Xen.Simulation;
using XenStack.Tool;

namespace Xen.Hosts.Tests.Tool;

[Collection(ConsoleCollection.Name)]
public sealed class CommandLineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Required command was not provided. 'xenstack --help'")]
    [InlineData("Required command was not provided. 'xenstack store --help'", "store")]
    [InlineData("'xenstack --help'", "bogus")]
    [InlineData("'xenstack blk info --help'", "blk", "info")]
    [InlineData("'nonsense'", "store", "read", "name", "nonsense")]
    [InlineData("--nonsense", "store", "read", "name", "--nonsense")]
    [InlineData("'loud' in 'loud' is no log threshold", "store", "read", "name", "--log", "loud")]
    [InlineData("--seed is '-1': expected a number from 0", "store", "read", "name", "--seed=-1")]
    [InlineData("There is no host 'mars': expected simulation or linux", "store", "read", "name", "--host", "mars")]
    [InlineData("--seed is for the simulation: the linux host has its own world.", "store", "read", "name", "--host", "linux", "--seed", "7")]
    [InlineData("--disk is for the simulation: the linux host has its own world.", "--disk", "xvda=x.img", "blk", "info", "xvda", "--host", "linux")]
    [InlineData("'a b' is no path of a node: character 1 is ' '", "store", "read", "a b")]
    [InlineData("a device was expected, not an empty word", "blk", "info", "")]
    [InlineData("a device was expected, not an empty word", "net", "listen", "")]
    public async Task A_wrong_command_line_is_one_line_and_exit_code_64(string expected, params string[] args) =>
        (await ToolRun.Of(args)).Refused(64, expected);

    [Theory]
    [InlineData("--help")]
    [InlineData("blk", "write", "--help")]
    public async Task Help_is_no_error(params string[] args) =>
        Assert.Contains("Usage:", (await ToolRun.Of(args)).Succeeded(), StringComparison.Ordinal);

    [Fact]
    public async Task The_log_goes_to_the_error_stream_and_json_stays_json()
    {
        ToolRun run = await ToolRun.Of("net", "ping", "0", "192.0.2.1", "--json", "--log", "debug");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("Xen.Hosting: dom1 is up on the simulation host", run.Error, StringComparison.Ordinal);
        Assert.Equal(4, JsonDocument.Parse(run.Output).RootElement.GetProperty("sent").GetInt32());
    }

    [Fact]
    public async Task The_same_seed_prints_the_same()
    {
        string[] args = ["store", "ls", "device", "--seed", "7", "--log", "debug"];
        ToolRun first = await ToolRun.Of(args), second = await ToolRun.Of(args);
        Assert.Equal(first, second);
    }

    [Fact]
    public void The_doctor_names_what_is_missing_and_how_to_get_it()
    {
        List<Finding> findings = [.. new LinuxExamination(_folder["root"]).Examine()];
        Assert.Equal(
            ["runtime", "hypervisor", "/dev/xen/evtchn", "/dev/xen/gntalloc", "/dev/xen/gntdev", "/dev/xen/xenbus", "gntalloc limit"],
            findings.Select(finding => finding.Subject));
        Assert.All(findings.Skip(1), finding => Assert.False(finding.IsPresent));
        Assert.All(findings.Skip(1), finding => Assert.NotEmpty(finding.Remedy));
        Assert.Contains("modprobe xen-gntdev", findings[4].Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void The_doctor_is_content_with_a_machine_that_has_it_all()
    {
        Fill("sys/hypervisor/type", "xen\n");
        Fill("sys/module/xen_gntalloc/parameters/limit", "65536\n");
        foreach (string device in new[] { "evtchn", "gntalloc", "gntdev", "xenbus" })
        {
            Fill($"dev/xen/{device}", "");
        }

        Assert.All(new LinuxExamination(_folder["root"]).Examine(), finding => Assert.True(finding.IsPresent, finding.Subject));
        Fill("sys/module/xen_gntalloc/parameters/limit", "1024\n");
        Finding limit = new LinuxExamination(_folder["root"]).Examine().Last();
        Assert.False(limit.IsPresent);
        Assert.Contains("1024", limit.Detail, StringComparison.Ordinal);
        Assert.Contains("echo 65536", limit.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void The_doctor_lists_what_the_kernels_drivers_hold()
    {
        string bus = _folder["root/sys/bus/xen"];
        Directory.CreateDirectory($"{bus}/drivers/vbd");
        Directory.CreateDirectory($"{bus}/devices/vif-0");
        Directory.CreateDirectory($"{bus}/devices/vbd-51712");
        Directory.CreateSymbolicLink($"{bus}/devices/vbd-51712/driver", $"{bus}/drivers/vbd");
        Finding held = Assert.Single(new LinuxExamination(_folder["root"]).Examine(), finding => finding.Subject.StartsWith("device/", StringComparison.Ordinal));
        Assert.Equal("device/vbd/51712", held.Subject);
        Assert.True(held.IsPresent);
        Assert.Contains("driver 'vbd'", held.Detail, StringComparison.Ordinal);
        Assert.Contains($"echo vbd-51712 > {bus}/drivers/vbd/unbind", held.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_defect_of_the_stack_is_not_taken_for_the_users_mistake()
    {
        var root = new RootCommand();
        var options = new GlobalOptions();
        options.AddTo(root);
        GuestCrashedException crash = await Assert.ThrowsAsync<GuestCrashedException>(
            () => GuestRunner.RunAsync(root.Parse(["--log", "none"]), options, (_, _) => throw new ArgumentException("a defect")));
        Assert.IsType<ArgumentException>(crash.InnerException);
    }

    [Fact]
    public async Task The_doctor_prints_json()
    {
        ToolRun run = await ToolRun.Of("doctor", "--json");
        JsonElement findings = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal(7, findings.GetArrayLength());
        Assert.All(findings.EnumerateArray(), finding => Assert.Equal(
            ["subject", "isPresent", "detail", "remedy"], finding.EnumerateObject().Select(property => property.Name)));
        Assert.Equal(findings.EnumerateArray().All(finding => finding.GetProperty("isPresent").GetBoolean()) ? 0 : 1, run.ExitCode);
    }

    [Fact]
    public async Task The_built_program_prints_and_exits_as_the_command_does()
    {
        ChildProcess child = await RunProgramAsync("store", "read", "name");
        Assert.Equal(0, child.ExitCode);
        Assert.Equal("guest\n", child.Output);
        child = await RunProgramAsync("store", "read", "nowhere");
        Assert.Equal(1, child.ExitCode);
        Assert.StartsWith("xenstack: ", child.Error, StringComparison.Ordinal);
        child = await RunProgramAsync("bogus");
        Assert.Equal(XenStackCommand.UsageCode, child.ExitCode);
    }

    [Fact]
    public async Task The_linux_host_on_a_machine_without_xen_says_what_to_load()
    {
        if (File.Exists("/dev/xen/evtchn"))
        {
            // This machine is a Xen guest: nothing is missing.
            return;
        }

        ChildProcess child = await RunProgramAsync("--host", "linux", "store", "read", "name");
        Assert.Equal(GuestExit.UnavailableCode, child.ExitCode);
        Assert.Contains("/dev/xen/evtchn", child.Error, StringComparison.Ordinal);
        Assert.Contains("modprobe xen-evtchn", child.Error, StringComparison.Ordinal);
        Assert.StartsWith("xenstack: ", child.Error, StringComparison.Ordinal);
        Assert.Equal(1, child.Error.Count(letter => letter == '\n'));
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_signal_ends_a_verb_in_good_order(string signal)
    {
        var capture = new FileInfo(_folder["ping.pcapng"]);
        ChildProcess child = await ChildProcess.RunAsync(
            typeof(XenStackCommand).Assembly,
            ["net", "ping", "0", "192.0.2.1", "--count", "100000000", "--pcap", capture.FullName],
            started: async process =>
            {
                // Not before it is at work: a signal that comes sooner ends it as it ends any program.
                while (!process.HasExited && (!capture.Exists || capture.Length == 0))
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(20));
                    capture.Refresh();
                }

                using Process kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
                await kill.WaitForExitAsync();
            });
        Assert.Equal(Interruption.ExitCode, child.ExitCode);
        Assert.Equal("xenstack: interrupted.\n", child.Error);
    }

    private void Fill(string path, string text)
    {
        string file = Path.Combine(_folder["root"], path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    private static Task<ChildProcess> RunProgramAsync(params string[] args) => ChildProcess.RunAsync(typeof(XenStackCommand).Assembly, args);
}
