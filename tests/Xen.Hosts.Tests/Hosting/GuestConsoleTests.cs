using System.IO.Pipelines;
using System.Text;
using Microsoft.Extensions.Logging;
using Xen.Hosting;

namespace Xen.Hosts.Tests.Hosting;

/// <summary>A guest of the simulation and its console 0.</summary>
public class GuestConsoleTests
{
    [Fact]
    public async Task What_the_guest_writes_and_logs_is_on_the_screen_in_order()
    {
        using var screen = new StringWriter();
        Assert.Equal(0, await RunAsync(new SimulatedWorld { Console = screen }, async guest =>
        {
            ILogger logger = guest.LoggerFactory.CreateLogger("Test");
#pragma warning disable CA1848 // A test.
            logger.LogWarning("first");
            await Task.Yield();
            await guest.Console!.Output.WriteAsync(Encoding.UTF8.GetBytes(new string('ä', 5000) + "\n"));
            logger.LogWarning("last");
#pragma warning restore CA1848
        }));
        string[] lines = screen.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.Contains(lines, line => line.EndsWith("Test: first", StringComparison.Ordinal));
        Assert.Contains(lines, line => line == new string('ä', 5000));
        Assert.EndsWith("Test: last", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_typed_is_read()
    {
        string? typed = null, shown = null;
        var world = new SimulatedWorld
        {
            Toolstack = async domain =>
            {
                await domain.ConsoleLog.TypeAsync("hello\n");
                await domain.Ended;
                shown = domain.ConsoleLog.Text;
            },
        };
        Assert.Equal(0, await RunAsync(world, async guest =>
        {
            ReadResult read = await guest.Console!.Input.ReadAtLeastAsync(6);
            typed = Encoding.UTF8.GetString(read.Buffer);
            guest.Console.Input.AdvanceTo(read.Buffer.End);
            await guest.Console.Output.WriteAsync("echo\n"u8.ToArray());
        }));
        Assert.Equal("hello\n", typed);
        Assert.Equal("echo\n", shown);
    }

    [Fact]
    public async Task A_console_that_nobody_reads_does_not_keep_the_guest()
    {
        SimulationReport? report = null;
        var world = new SimulatedWorld { Toolstack = async domain => await domain.ConsoleLog.StopAsync(), Finished = done => report = done };
        Assert.Equal(0, await RunAsync(world, async guest =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), guest.TimeProvider);
            _ = guest.Console!.Output.WriteAsync(new byte[200_000]).AsTask();
        }));
        Assert.Empty(report!.Leaks);
        Assert.InRange(report.Duration, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(6));
    }

    private static Task<int> RunAsync(SimulatedWorld world, Func<Guest, Task> main) =>
        XenGuest.RunAsync([], main, new GuestSettings { World = world });
}
