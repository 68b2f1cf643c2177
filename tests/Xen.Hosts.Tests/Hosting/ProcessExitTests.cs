namespace Xen.Hosts.Tests.Hosting;

/// <summary>How a guest that is a Linux process ends, seen from its parent.</summary>
public class ProcessExitTests
{
    private const int Aborted = 128 + 6;

    [Theory]
    [InlineData("0", 0)]
    [InlineData("3", 3)]
    [InlineData("reboot", 75)]
    public async Task The_exit_becomes_the_process_exit_code(string verb, int code)
    {
        ChildProcess child = await RunAsync(verb);
        Assert.Equal(code, child.ExitCode);
        Assert.Equal("hook\nclose\n", child.Output);
        Assert.Empty(child.Error);
    }

    [Fact]
    public async Task A_faulted_main_task_runs_hooks_and_closes_and_then_aborts_with_a_report()
    {
        ChildProcess child = await RunAsync("fault");
        Assert.Equal(Aborted, child.ExitCode);
        Assert.Equal("hook\nclose\n", child.Output);
        Assert.Contains("crit  Xen.Hosting: The main task failed", child.Error, StringComparison.Ordinal);
        Assert.Contains("the main task's fault", child.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_other_unhandled_exception_aborts_with_a_report_and_runs_no_hook()
    {
        ChildProcess child = await RunAsync("unhandled");
        Assert.Equal(Aborted, child.ExitCode);
        Assert.Empty(child.Output);
        Assert.Contains("crit  Xen.Hosting: An exception was not handled", child.Error, StringComparison.Ordinal);
        Assert.Contains("nobody's fault", child.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_stream_that_nobody_reads_does_not_keep_a_crash_from_ending()
    {
        ChildProcess child = await ChildProcess.RunAsync(typeof(ChildGuest).Assembly, ["unread"], isErrorRead: false);
        Assert.Equal(Aborted, child.ExitCode);
        Assert.Equal("hook\nclose\n", child.Output);
    }

    [Fact]
    public async Task A_device_file_that_is_missing_is_one_line_and_exit_code_69()
    {
        ChildProcess child = await RunAsync("missing");
        Assert.Equal(69, child.ExitCode);
        Assert.Equal("open /dev/xen/evtchn: ENOENT (error 2): load its module: modprobe xen-evtchn\n", child.Error);
        Assert.Empty(child.Output);
    }

    private static Task<ChildProcess> RunAsync(string verb) => ChildProcess.RunAsync(typeof(ChildGuest).Assembly, [verb]);
}
