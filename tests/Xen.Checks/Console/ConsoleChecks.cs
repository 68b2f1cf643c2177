using System.IO.Pipelines;
using Xen.Console;
using Xen.Rings;
using Xen.Simulation.Choices;

namespace Xen.Checks.Console;

/// <summary>A console between a guest and the control domain.</summary>
internal static class ConsoleChecks
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(1);

    /// <summary>What is written at one end is read at the other, in pieces of any size, wherever the indices begin.</summary>
    public static void EveryByteOnceInOrder(IChoice choice) => ConsolePair.Run(choice, async pair =>
    {
        ConsoleDevice front = pair.NewFront();
        ConsoleBackend back = pair.NewBack();
        int length = 1 + choice.Next(20_000);
        Task daemon = pair.Dom0.RunAsync(() => Task.WhenAll(pair.ReadAsync(back.Input, length), pair.WriteAsync(back.Output, 0, length)));
        await Task.WhenAll(daemon, pair.ReadAsync(front.Input, length), pair.WriteAsync(front.Output, 0, length));
        Expect.That(await front.DrainAsync(Deadline), "The peer has read everything, and the console does not say so.");
        Expect.Equal(length, front.Statistics.BytesOut, "bytes out");
        Expect.Equal(length, front.Statistics.BytesIn, "bytes in");
        Expect.Equal(0, front.Detach(), "bytes dropped");
        await front.DisposeAsync();
        await pair.Dom0.RunAsync(async () => await back.DisposeAsync());
    });

    /// <summary>
    /// Nobody reads: the ring fills, a flush waits, each drain ends by its own deadline. A daemon that comes late gets everything from the first byte on.
    /// </summary>
    public static void AnAbsentDaemonHoldsNobody(IChoice choice) => ConsolePair.Run(choice, async pair =>
    {
        ConsoleDevice front = pair.NewFront();
        int length = 100_000 + choice.Next(1000);
        ValueTask<FlushResult> flush = front.Output.WriteAsync(ConsolePair.Pattern(0, length));
        Expect.That(!flush.IsCompleted, "A writer was not held back while nobody reads.");
        await Task.WhenAll(DrainInVainAsync(pair, front, choice), DrainInVainAsync(pair, front, choice), DrainInVainAsync(pair, front, choice));
        Expect.Equal(XenconsInterface.OutSize, front.Statistics.BytesOut, "bytes out");
        Expect.That(!flush.IsCompleted, "A writer was let go while nobody reads.");

        ConsoleBackend back = pair.NewBack();
        Task<bool> drain = front.DrainAsync(Deadline).AsTask();
        await pair.Dom0.RunAsync(() => pair.ReadAsync(back.Input, length));
        Expect.That(!(await flush).IsCompleted, "A flush says that nobody reads any more.");
        Expect.That(await drain, "The peer has read everything, and the console does not say so.");
        Expect.Equal(0, front.Detach(), "bytes dropped");
        await front.DisposeAsync();
        await pair.Dom0.RunAsync(async () => await back.DisposeAsync());
    });

    private static async Task DrainInVainAsync(ConsolePair pair, ConsoleDevice front, IChoice choice)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(choice.Next(1000)), pair.Time);
        long start = pair.Time.GetTimestamp();
        var timeout = TimeSpan.FromMilliseconds(choice.Next(2000));
        Expect.That(!await front.DrainAsync(timeout), "A drain says that bytes were taken that nobody read.");
        TimeSpan took = pair.Time.GetElapsedTime(start);
        Expect.That(took >= timeout && took <= timeout + Late, $"A drain of {timeout} took {took}.");
    }
}
