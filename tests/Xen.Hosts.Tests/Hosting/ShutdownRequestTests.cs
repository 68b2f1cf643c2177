using Xen.Hosting;
using Xen.Platform.Abi;
using Xen.Simulation;

namespace Xen.Hosts.Tests.Hosting;

/// <summary>A toolstack asks a simulated guest to end, as <c>xl shutdown</c> and <c>xl reboot</c> do.</summary>
public sealed class ShutdownRequestTests : IDisposable
{
    private readonly List<string> _seen = [];
    private readonly RecordingWriter _console = new();
    private SimulationReport? _report;

    public void Dispose() => _console.Dispose();

    [Theory]
    [InlineData("poweroff", ShutdownReason.Poweroff, 0)]
    [InlineData("halt", ShutdownReason.Poweroff, 0)]
    [InlineData("reboot", ShutdownReason.Reboot, 75)]
    public async Task The_domain_ends_as_it_was_asked_to(string request, ShutdownReason expected, int code)
    {
        int actual = await RunAsync(
            async guest =>
            {
                guest.Hooks.OnExit(_ => Note("hook"));
                await Task.Delay(Timeout.InfiniteTimeSpan, guest.TimeProvider, guest.ShutdownRequested);
            },
            AskAsync(request));
        Assert.Equal(code, actual);
        Assert.Equal(expected, _report!.Shutdown);
        Assert.Empty(_report.Leaks);
        Assert.Equal(["acknowledged", "hook"], _seen.Order());
    }

    [Fact]
    public async Task A_toolstack_that_asks_only_who_wrote_the_feature_key_asks()
    {
        await RunAsync(
            guest => Task.Delay(Timeout.InfiniteTimeSpan, guest.TimeProvider, guest.ShutdownRequested),
            async domain =>
            {
                string home = $"/local/domain/{domain.Id.Value}/control";
                foreach (string key in new[] { "feature-poweroff", "feature-reboot" })
                {
                    await domain.Simulation.Store.WaitForAsync($"{home}/{key}", value => value == "1");
                }

                Assert.NotEqual("1", await domain.Simulation.Store.TryReadTextAsync($"{home}/feature-suspend"));
                await domain.RequestShutdownAsync("poweroff");
            });
        Assert.Equal(ShutdownReason.Poweroff, _report!.Shutdown);
    }

    [Fact]
    public async Task A_main_task_that_ignores_the_request_is_left_behind_after_the_grace()
    {
        await RunAsync(
            guest =>
            {
                guest.Hooks.OnExit(_ => Note("hook"));
                guest.Own(new OwnedResource(() => Note("close")));
                return new TaskCompletionSource().Task;
            },
            AskAsync("reboot"),
            new GuestSettings { ShutdownGrace = TimeSpan.FromSeconds(7) });
        Assert.Equal(ShutdownReason.Reboot, _report!.Shutdown);
        Assert.Equal(["acknowledged", "hook", "close"], _seen);
        Assert.InRange(_report.Duration, TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(8.5));
        Assert.Contains("The main task did not end in time", _console.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_requests_do_not_prolong_the_grace()
    {
        await RunAsync(
            _ => new TaskCompletionSource().Task,
            async domain =>
            {
                for (int i = 0; i < 5; i++)
                {
                    await Task.Delay(TimeSpan.FromSeconds(1.9), domain.Simulation.TimeProvider);
                    await domain.RequestShutdownAsync("poweroff");
                }
            },
            new GuestSettings { ShutdownGrace = TimeSpan.FromSeconds(8) });
        Assert.InRange(_report!.Duration, TimeSpan.FromSeconds(9.9), TimeSpan.FromSeconds(10.3));
    }

    [Fact]
    public async Task A_request_during_the_exit_is_acknowledged_and_changes_nothing()
    {
        await RunAsync(
            guest =>
            {
                guest.Hooks.OnExit(async end => await Task.Delay(TimeSpan.FromSeconds(3), guest.TimeProvider, end));
                return Task.CompletedTask;
            },
            AskAsync("reboot"),
            new GuestSettings { LogThresholds = LogThresholds.TryParse("info", out _)! });
        Assert.Equal(ShutdownReason.Poweroff, _report!.Shutdown);
        Assert.Equal(["acknowledged"], _seen);
        Assert.Contains("this guest is ending already", _console.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_program_sets_after_the_request_is_the_last_word()
    {
        int code = await RunAsync(
            async guest =>
            {
                try
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, guest.TimeProvider, guest.ShutdownRequested);
                }
                catch (OperationCanceledException)
                {
                    guest.Exit = GuestExit.PowerOff(4);
                }
            },
            AskAsync("reboot"));
        Assert.Equal(4, code);
        Assert.Equal(ShutdownReason.Poweroff, _report!.Shutdown);
    }

    [Fact]
    public async Task A_request_of_the_same_kind_keeps_the_programs_code()
    {
        int code = await RunAsync(
            async guest =>
            {
                guest.Exit = GuestExit.PowerOff(3);
                await Task.Delay(Timeout.InfiniteTimeSpan, guest.TimeProvider, guest.ShutdownRequested);
            },
            AskAsync("poweroff"));
        Assert.Equal(3, code);
    }

    [Fact]
    public async Task Odd_words_are_logged_shortly_and_cleared_and_a_suspend_is_left()
    {
        await RunAsync(
            guest => Task.Delay(Timeout.InfiniteTimeSpan, guest.TimeProvider, guest.ShutdownRequested),
            async domain =>
            {
                await domain.RequestShutdownAsync("\u001b[2Jgo" + new string('x', 1000));
                await AcknowledgedAsync(domain);
                await domain.RequestShutdownAsync("suspend");
                await Task.Delay(TimeSpan.FromSeconds(1), domain.Simulation.TimeProvider);
                Assert.Equal("suspend", await domain.Simulation.Store.ReadTextAsync(Node(domain)));
                await domain.RequestShutdownAsync("poweroff");
            });
        Assert.Contains($"'?[2Jgo{new string('x', 26)}… (1006 bytes)' is not known", _console.Text, StringComparison.Ordinal);
        Assert.Contains("this guest cannot suspend", _console.Text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', _console.Text);
    }

    [Fact]
    public async Task What_a_callback_of_the_token_throws_is_unhandled_and_crashes_the_guest()
    {
        var settings = new GuestSettings { World = new SimulatedWorld { IsCrashExpected = true } };
        int code = await RunAsync(
            guest =>
            {
                guest.Hooks.OnExit(_ => Note("hook"));
                guest.ShutdownRequested.Register(() => throw new InvalidDataException("in a callback"));
                return new TaskCompletionSource().Task;
            },
            async domain => await domain.RequestShutdownAsync("poweroff"),
            settings);
        Assert.Equal(GuestExit.CrashCode, code);
        Assert.Equal(ShutdownReason.Crash, _report!.Shutdown);
        Assert.Empty(_seen);
    }

    [Fact]
    public async Task A_cancellation_that_nobody_asked_for_is_a_fault()
    {
        var settings = new GuestSettings { World = new SimulatedWorld { IsCrashExpected = true } };
        await RunAsync(_ => throw new OperationCanceledException(), _ => Task.CompletedTask, settings);
        Assert.Equal(ShutdownReason.Crash, _report!.Shutdown);
    }

    [Fact]
    public void A_grace_without_end_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new GuestSettings { ShutdownGrace = Timeout.InfiniteTimeSpan });
        Assert.Throws<ArgumentOutOfRangeException>(() => new GuestSettings { ShutdownGrace = TimeSpan.MaxValue });
    }

    private static string Node(SimulatedDomain domain) => $"/local/domain/{domain.Id.Value}/control/shutdown";

    private static async Task AcknowledgedAsync(SimulatedDomain domain) =>
        await domain.Simulation.Store.WaitForAsync(Node(domain), value => value == "");

    // Asks after a second, and waits for the answer.
    private Func<SimulatedDomain, Task> AskAsync(string request) => async domain =>
    {
        await Task.Delay(TimeSpan.FromSeconds(1), domain.Simulation.TimeProvider);
        await domain.RequestShutdownAsync(request);
        await AcknowledgedAsync(domain);
        await Note("acknowledged");
    };

    private ValueTask Note(string text)
    {
        _seen.Add(text);
        return default;
    }

    private Task<int> RunAsync(Func<Guest, Task> main, Func<SimulatedDomain, Task> toolstack, GuestSettings? settings = null)
    {
        settings ??= new GuestSettings();
        SimulatedWorld world = settings.World with { Toolstack = toolstack, Finished = report => _report = report };
        return XenGuest.RunAsync(["--host", "simulation"], main, settings with { Console = _console, World = world });
    }
}
