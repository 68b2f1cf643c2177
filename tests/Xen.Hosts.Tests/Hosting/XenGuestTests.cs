using Xen.Devices;
using Xen.Hosting;
using Xen.Platform;
using Xen.Platform.Abi;
using Xen.Simulation;
using Xen.Simulation.Scheduling;

namespace Xen.Hosts.Tests.Hosting;

/// <summary>The one rule for hooks and exits (design, "What always holds", 6), sentence by sentence, in the simulation.</summary>
public class XenGuestTests
{
    private readonly List<string> _seen = [];
    private SimulationReport? _report;

    [Fact]
    public async Task The_end_is_exit_hooks_then_devices_then_the_console_then_shutdown()
    {
        IGuestScheduler? scheduler = null;
        var console = new RecordingWriter(() => Note(((SimulatedScheduler)scheduler!).IsStopped ? "drain after shutdown" : "drain"));
        int code = await RunAsync(
            async guest =>
            {
                scheduler = guest.Scheduler;
                IBlockDevice disk = await guest.OpenBlockAsync("xvda");
                guest.Own(new OwnedResource(() => Note("close first")));
                guest.Own(new OwnedResource(() => Note("close second")));
                guest.Hooks.OnExit(_ => Note("hook first"));
                guest.Hooks.OnExit(async end =>
                {
                    DeviceResult result = await disk.ReadAsync(0, new byte[512], end);
                    await Note($"hook second, the disk says {result.Status}");
                });
                await Note("main");
            },
            new GuestSettings { Console = console });
        Assert.Equal(0, code);
        Assert.Equal(["main", "hook second, the disk says Success", "hook first", "close second", "close first", "drain"], _seen);
        Assert.Equal(ShutdownReason.Poweroff, _report!.Shutdown);
        Assert.Empty(_report.Leaks);
    }

    [Fact]
    public async Task What_is_closed_before_the_end_is_not_closed_at_the_end()
    {
        await RunAsync(async guest =>
        {
            OwnedResource early = guest.Own(new OwnedResource(() => Note("close early")));
            guest.Own(new OwnedResource(() => Note("close late")));
            await guest.CloseAsync(early);
            await Note("main");
        });
        Assert.Equal(["close early", "main", "close late"], _seen);
    }

    [Fact]
    public async Task A_toolstack_that_fails_ends_the_run_at_once()
    {
        int seconds = 0;
        var world = new SimulatedWorld
        {
            Toolstack = async _ =>
            {
                await Task.Yield();
                throw new InvalidDataException("on purpose");
            },
        };
        await Assert.ThrowsAsync<InvalidDataException>(() => RunAsync(
            async guest =>
            {
                using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), guest.TimeProvider);
                while (seconds < 1000 && await timer.WaitForNextTickAsync())
                {
                    seconds++;
                }
            },
            new GuestSettings { World = world }));
        Assert.InRange(seconds, 0, 1);
    }

    [Theory]
    [InlineData(0, ShutdownReason.Poweroff, 0)]
    [InlineData(3, ShutdownReason.Poweroff, 3)]
    [InlineData(-1, ShutdownReason.Reboot, 75)]
    public async Task The_exit_becomes_the_shutdown_reason(int exit, ShutdownReason expected, int code)
    {
        int actual = await RunAsync(guest =>
        {
            guest.Exit = exit < 0 ? GuestExit.Reboot() : GuestExit.PowerOff(exit);
            return Task.CompletedTask;
        });
        Assert.Equal(code, actual);
        Assert.Equal(expected, _report!.Shutdown);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(256)]
    public void An_exit_code_that_no_process_has_is_refused(int code) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => GuestExit.PowerOff(code));

    [Fact]
    public async Task A_faulted_main_task_runs_hooks_and_closes_and_is_then_reported_and_crashes_the_domain()
    {
        var console = new RecordingWriter();
        // Every seed: what the domain does last must not depend on the order of what is ready.
        for (ulong seed = 1; seed <= 20; seed++)
        {
            _seen.Clear();
            GuestCrashedException crash = await Assert.ThrowsAsync<GuestCrashedException>(() => RunAsync(
                async guest =>
                {
                    guest.Own(new OwnedResource(() => Note("close, reported: " + console.Text.Contains("no such file here", StringComparison.Ordinal))));
                    guest.Hooks.OnExit(_ => Note("hook"));
                    await Task.Yield();
                    throw new FileNotFoundException("no such file here");
                },
                new GuestSettings { Console = console, World = new SimulatedWorld { Seed = seed } }));
            Assert.IsType<FileNotFoundException>(crash.InnerException);
            Assert.Equal(["hook", seed == 1 ? "close, reported: False" : "close, reported: True"], _seen);
        }

        Assert.Contains("crit  Xen.Hosting: The main task failed", console.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_crash_that_is_expected_stops_the_domain_and_the_run_goes_on()
    {
        var console = new RecordingWriter();
        int code = await RunAsync(
            _ => throw new InvalidDataException("on purpose"),
            new GuestSettings { Console = console, World = new SimulatedWorld { IsCrashExpected = true } });
        Assert.Equal(GuestExit.CrashCode, code);
        Assert.Equal(ShutdownReason.Crash, _report!.Shutdown);
        Assert.IsType<InvalidDataException>(_report.CrashCause);
        Assert.Contains("on purpose", console.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Any_other_unhandled_exception_runs_no_hook_and_crashes(bool isExpected)
    {
        var console = new RecordingWriter(() => Note("drain"));
        var settings = new GuestSettings { Console = console, World = new SimulatedWorld { IsCrashExpected = isExpected } };
        Task<int> run() => RunAsync(
            async guest =>
            {
                guest.Own(new OwnedResource(() => Note("close")));
                guest.Hooks.OnExit(_ => Note("hook"));
                guest.Scheduler.Schedule(_ => throw new InvalidDataException("nobody handles this"), null);
                await Task.Delay(TimeSpan.FromSeconds(1), guest.TimeProvider);
                await Note("main went on");
            },
            settings);
        if (isExpected)
        {
            Assert.Equal(GuestExit.CrashCode, await run());
            Assert.Equal(ShutdownReason.Crash, _report!.Shutdown);
        }
        else
        {
            GuestCrashedException crash = await Assert.ThrowsAsync<GuestCrashedException>(run);
            Assert.IsType<InvalidDataException>(crash.InnerException);
        }

        Assert.Equal(["drain"], _seen);
        Assert.Contains("crit  Xen.Hosting: An exception was not handled", console.Text, StringComparison.Ordinal);
        Assert.Contains("nobody handles this", console.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_crash_waits_for_a_console_that_nobody_reads_for_a_second_at_most()
    {
        using var never = new ManualResetEventSlim();
        var console = new RecordingWriter(() => never.Wait());
        long start = TimeProvider.System.GetTimestamp();
        await Assert.ThrowsAsync<GuestCrashedException>(() => RunAsync(
            _ => throw new InvalidDataException(), new GuestSettings { Console = console }));
        TimeSpan taken = TimeProvider.System.GetElapsedTime(start);
        never.Set();
        Assert.InRange(taken, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task The_report_of_a_crash_is_printed_whatever_the_thresholds()
    {
        var console = new RecordingWriter();
        LogThresholds? none = LogThresholds.TryParse("none", out _);
        await Assert.ThrowsAsync<GuestCrashedException>(() => RunAsync(
            _ => throw new InvalidDataException("quiet"), new GuestSettings { Console = console, LogThresholds = none! }));
        Assert.Contains("quiet", console.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hooks_and_devices_that_hang_end_with_the_deadline()
    {
        var console = new RecordingWriter();
        int code = await RunAsync(
            guest =>
            {
                guest.Own(new OwnedResource(() => new ValueTask(new TaskCompletionSource().Task)));
                guest.Hooks.OnExit(_ => new ValueTask(new TaskCompletionSource().Task));
                return Task.CompletedTask;
            },
            new GuestSettings { Console = console, ExitDeadline = TimeSpan.FromSeconds(3) });
        Assert.Equal(0, code);
        Assert.InRange(_report!.Duration, TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(7));
        Assert.Contains("An exit hook did not end within the deadline", console.Text, StringComparison.Ordinal);
        Assert.Contains("did not close within the deadline", console.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exit_hook_cannot_add_another_one()
    {
        await RunAsync(guest =>
        {
            guest.Hooks.OnExit(_ =>
            {
                Assert.Throws<InvalidOperationException>(() => guest.Hooks.OnExit(_ => default));
                return Note("refused");
            });
            return Task.CompletedTask;
        });
        Assert.Equal(["refused"], _seen);
    }

    [Fact]
    public async Task Enter_and_leave_hooks_bracket_every_dispatch_of_the_guest()
    {
        int depth = 0, turns = 0;
        await RunAsync(async guest =>
        {
            guest.Hooks.OnEnter(() => { Assert.Equal(0, depth++); turns++; });
            guest.Hooks.OnLeave(() => Assert.Equal(0, --depth));
            await Task.Yield();
            Assert.Equal(1, depth);
            await using IBlockDevice disk = await guest.OpenBlockAsync("xvda");
            Assert.Equal(1, depth);
            await disk.ReadAsync(0, new byte[512]);
            Assert.Equal(1, depth);
            await Task.Delay(TimeSpan.FromMilliseconds(1), guest.TimeProvider);
            Assert.Equal(1, depth);
        });
        Assert.Equal(0, depth);
        Assert.True(turns > 10, $"{turns} turns");
    }

    [Fact]
    public async Task A_hook_that_throws_crashes_the_guest_without_exit_hooks()
    {
        await Assert.ThrowsAsync<GuestCrashedException>(() => RunAsync(
            async guest =>
            {
                guest.Hooks.OnExit(_ => Note("hook"));
                guest.Hooks.OnEnter(() => throw new InvalidDataException());
                await Task.Yield();
            },
            new GuestSettings { Console = new RecordingWriter() }));
        Assert.Empty(_seen);
    }

    [Theory]
    [InlineData("sda", null, "add disk 'sda'", "xvda")]
    [InlineData("xvda", "/nowhere/disk.img", "/nowhere/disk.img", "there is no such file")]
    public async Task A_world_that_cannot_be_made_is_one_line_and_exit_code_69(string name, string? image, string what, string expected)
    {
        GuestStartException refused = Assert.Throws<GuestStartException>(() => new SimulationHost().Run(
            new GuestSettings { World = new SimulatedWorld { Disks = [new SimulatedDisk { Name = name, ImagePath = image }] } },
            _ => Task.FromResult(GuestExit.PowerOff())));
        Assert.Contains(what, refused.Message, StringComparison.Ordinal);
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
        int code = await XenGuest.RunAsync([], _ => Note("main").AsTask(), new GuestSettings
        {
            World = new SimulatedWorld { Disks = [new SimulatedDisk { Name = name, ImagePath = image }] },
        });
        Assert.Equal(GuestExit.UnavailableCode, code);
        Assert.Empty(_seen);
    }

    [Theory]
    [InlineData("--host=mars")]
    [InlineData("--host")]
    [InlineData("--seed=x")]
    [InlineData("--log=loud")]
    public async Task A_wrong_command_line_is_exit_code_64(string word) =>
        Assert.Equal(GuestExit.UsageCode, await XenGuest.RunAsync([word], _ => Note("main").AsTask()));

    private ValueTask Note(string text)
    {
        lock (_seen)
        {
            _seen.Add(text);
        }

        return default;
    }

    private Task<int> RunAsync(Func<Guest, Task> main, GuestSettings? settings = null)
    {
        settings ??= new GuestSettings();
        SimulatedWorld world = settings.World with
        {
            Disks = [new SimulatedDisk { SizeBytes = 1 << 20 }],
            Finished = report => _report = report,
        };
        return XenGuest.RunAsync(["--host", "simulation"], main, settings with { World = world });
    }
}
