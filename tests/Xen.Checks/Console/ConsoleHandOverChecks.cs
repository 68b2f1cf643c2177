using System.Buffers;
using System.IO.Pipelines;
using Xen.Console;
using Xen.Rings;
using Xen.Simulation;
using Xen.Simulation.Choices;

namespace Xen.Checks.Console;

/// <summary>A console's ring that changes its owner, and one that is replaced under the console.</summary>
internal static class ConsoleHandOverChecks
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>
    /// R8: the ring, with bytes waiting on both sides, goes from owner to owner. What fits is in the ring, what does not is handed on or counted, and what
    /// was read stays readable: the daemon reads everything, and the guest reads everything.
    /// </summary>
    public static void TheNextOwnerGetsEverything(IChoice choice) => ConsolePair.Run(choice, async pair =>
    {
        int owners = 1 + choice.Next(4);
        int length = 0;
        var unsent = new ArrayBufferWriter<byte>();
        for (int owner = 0; owner < owners; owner++)
        {
            ConsoleDevice front = pair.NewFront();
            await front.Output.WriteAsync(unsent.WrittenMemory);
            unsent = new ArrayBufferWriter<byte>();
            int count = choice.Next(3000);
            await front.Output.WriteAsync(ConsolePair.Pattern(length, count));
            length += count;
            if (choice.Next(2) == 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(choice.Next(20)), pair.Time);
            }

            Expect.Equal(0, front.Detach(unsent), "bytes dropped");
            Expect.Equal(Math.Max(0, length - XenconsInterface.OutSize), unsent.WrittenCount, "bytes handed on");
            Expect.That((await front.Output.FlushAsync()).IsCompleted, "A flush of a detached console does not say that it is over.");
            await front.DisposeAsync();
        }

        await EndAsync(pair, unsent, length);
    });

    /// <summary>R8: room that the daemon made without an event is used before the ring is given away; the rest is dropped and counted.</summary>
    public static void RoomIsUsedAtTheLastMoment(IChoice choice) => ConsolePair.Run(choice, async pair =>
    {
        ConsoleDevice front = pair.NewFront();
        int excess = choice.Next(1000);
        await front.Output.WriteAsync(new byte[XenconsInterface.OutSize + excess]);
        Task<bool> drain = front.DrainAsync(Deadline).AsTask();
        int taken = choice.Next(1000);
        pair.Move(XenconsInterface.OutCons, (uint)taken);
        int dropped = Math.Max(0, excess - taken);
        Expect.Equal(dropped, front.Detach(), "bytes dropped");
        Expect.Equal(dropped, front.Detach(), "bytes dropped, asked again");
        Expect.That(!await drain.WaitAsync(TimeSpan.FromSeconds(1), pair.Time), "A console that was given away was drained.");
        Expect.Equal(XenconsInterface.OutSize + excess - dropped, front.Statistics.BytesOut, "bytes out");
        await front.DisposeAsync();
    });

    /// <summary>R19: the domain is suspended, and resumed as a new domain or as the same one, while it writes: the daemon reads every byte once.</summary>
    public static void SuspendsLoseNothing(IChoice choice) =>
        SimulationRun.Run(new SimulationOptions { Choice = choice, PagesPerDomain = 64 }, async simulation =>
        {
            SimulatedDomain guest = simulation.CreateDomain("guest");
            int length = choice.Next(100_000);
            Task writing = guest.RunAsync(() => WriteAsync(guest, length, choice));
            int suspends = choice.Next(4);
            for (int i = 0; i < suspends; i++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(choice.Next(10)), simulation.TimeProvider);
                await guest.RunAsync(() => Suspend(guest, choice));
            }

            await writing;
            await guest.RunAsync(async () => Expect.That(await guest.Console.DrainAsync(Deadline), "The daemon has not read everything."));
            await Task.Delay(TimeSpan.FromSeconds(1), simulation.TimeProvider);
            Expect.That(guest.ConsoleLog.Log.Span.SequenceEqual(ConsolePair.Pattern(0, length)), $"{guest.ConsoleLog.Log.Length} bytes came of {length}, or others.");
            await guest.RunAsync(async () => await guest.Console.DisposeAsync());
            Expect.Equal(0, simulation.Leaks().Count, "ports, grants and mappings left");
        });

    private static async Task EndAsync(ConsolePair pair, ArrayBufferWriter<byte> unsent, int length)
    {
        ConsoleBackend back = pair.NewBack();
        ConsoleDevice last = pair.NewFront();
        await last.Output.WriteAsync(unsent.WrittenMemory);
        await pair.Dom0.RunAsync(() => pair.ReadAsync(back.Input, length));
        Expect.That(await last.DrainAsync(Deadline), "The daemon has read everything, and the console does not say so.");
        await pair.Dom0.RunAsync(() => pair.WriteAsync(back.Output, 0, 500));
        await Task.Delay(TimeSpan.FromMilliseconds(100), pair.Time);
        Expect.Equal(0, last.Detach(), "bytes dropped");
        await pair.ReadAsync(last.Input, 500);
        Expect.That((await last.Input.ReadAsync()).IsCompleted, "Input of a detached console does not end.");
        await last.DisposeAsync();
        await pair.Dom0.RunAsync(async () => await back.DisposeAsync());
    }

    private static Task Suspend(SimulatedDomain guest, IChoice choice)
    {
        if (choice.Next(3) == 0)
        {
            guest.SuspendAndCancel();
        }
        else
        {
            guest.SuspendAndResume();
        }

        return Task.CompletedTask;
    }

    private static async Task WriteAsync(SimulatedDomain guest, int length, IChoice choice)
    {
        for (int done = 0; done < length;)
        {
            byte[] part = ConsolePair.Pattern(done, Math.Min(length - done, 1 + choice.Next(5000)));
            FlushResult flush = await guest.Console.Output.WriteAsync(part);
            Expect.That(!flush.IsCompleted, $"The console was over after {done} of {length} bytes.");
            done += part.Length;
            await Task.Delay(TimeSpan.FromMilliseconds(choice.Next(4)), guest.Scheduler.TimeProvider);
        }
    }
}
