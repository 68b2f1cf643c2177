using System.IO.Pipelines;
using System.Text;
using Xen.Console;
using Xen.Simulation.Choices;

namespace Xen.Checks.Console;

/// <summary>A console whose keeper writes, too: the layer below a program, while the program drives the ring.</summary>
internal static class ConsoleKeeperChecks
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The keeper's lines and the program's arrive once, each in its order, none in two pieces, when a daemon reads now and then, and when the ring goes
    /// back to the keeper in the middle: then the keeper has what the ring has not.
    /// </summary>
    public static void NothingIsLostOrCut(IChoice choice) => ConsolePair.Run(choice, async pair =>
    {
        var keeper = new ListKeeper();
        ConsoleDevice front = pair.NewFront(new ConsoleOptions { OutputBytes = 1 << 20 }, keeper);
        ConsoleBackend back = pair.NewBack();
        var lines = new Queue<string>[] { new(), new() };
        var written = new StringBuilder();
        Task daemon = pair.Dom0.RunAsync(() => CollectAsync(back.Input, written, choice, pair.Time));
        int count = choice.Next(60);
        for (int i = 0; i < count; i++)
        {
            Write(front, keeper, lines, i, choice);
            if (choice.Next(3) == 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(choice.Next(5)), pair.Time);
            }
        }

        if (choice.Next(2) == 0)
        {
            Expect.That(await front.DrainAsync(Deadline), "The daemon has read everything, and the console does not say so.");
            Expect.That(keeper.Waiting.IsEmpty, "A console is drained, and its keeper still has text.");
        }

        Expect.Equal(0, front.Detach(), "bytes dropped");
        await front.DisposeAsync();
        await Task.Delay(Deadline, pair.Time);
        await pair.Dom0.RunAsync(async () => await back.DisposeAsync());
        await daemon;
        written.Append(Encoding.ASCII.GetString(keeper.Rest!.WrittenSpan));
        Compare(lines, written.ToString());
    });

    /// <summary>While the ring has room, the lines of both are in the order in which they were written.</summary>
    public static void TheOrderOfBothIsKept(IChoice choice) => ConsolePair.Run(choice, async pair =>
    {
        var keeper = new ListKeeper();
        ConsoleDevice front = pair.NewFront(keeper: keeper);
        await Task.Yield();
        var expected = new StringBuilder();
        int count = choice.Next(20);
        for (int i = 0; i < count; i++)
        {
            string line = $"{i} {new string('.', choice.Next(20))}\n";
            expected.Append(line);
            if (choice.Next(2) == 0)
            {
                Expect.That(keeper.TryWrite(line), "There was room.");
            }
            else
            {
                await front.Output.WriteAsync(Encoding.ASCII.GetBytes(line));
            }
        }

        front.Poll();
        ConsoleBackend back = pair.NewBack();
        var written = new StringBuilder();
        Task daemon = pair.Dom0.RunAsync(() => CollectAsync(back.Input, written, choice, pair.Time));
        Expect.That(await front.DrainAsync(Deadline), "The daemon has read everything, and the console does not say so.");
        Expect.Equal(0, front.Detach(), "bytes dropped");
        Expect.Equal(0, keeper.Rest!.WrittenCount, "bytes that went back to the keeper");
        await front.DisposeAsync();
        await Task.Delay(TimeSpan.FromSeconds(1), pair.Time);
        await pair.Dom0.RunAsync(async () => await back.DisposeAsync());
        await daemon;
        Expect.Equal(expected.ToString(), written.ToString(), "what the daemon read");
    });

    /// <summary>A daemon that breaks the ring, or whose port is closed, ends the driver: the keeper has the ring back, and its text.</summary>
    public static void ABrokenRingGoesBack(IChoice choice) => ConsolePair.Run(choice, async pair =>
    {
        var keeper = new ListKeeper();
        ConsoleDevice front = pair.NewFront(keeper: keeper);
        await Task.Yield();
        pair.Move(Xen.Rings.XenconsInterface.OutCons, 1 + (uint)choice.Next(1_000_000));
        Expect.That(keeper.TryWrite("why it ended\n"), "There was room.");
        front.Poll();
        await Task.Delay(TimeSpan.FromMilliseconds(1), pair.Time);
        Expect.That(front.IsBroken, "An impossible index was not seen.");
        Expect.Equal("why it ended\n", Encoding.ASCII.GetString(keeper.Rest!.WrittenSpan), "what went back to the keeper");
        await front.DisposeAsync();
    });

    private static void Write(ConsoleDevice front, ListKeeper keeper, Queue<string>[] lines, int number, IChoice choice)
    {
        int source = choice.Next(2);
        string line = $"{source} {number} {new string("kp"[source], choice.Next(source == 0 ? 300 : 3000))}\n";
        if (source == 1)
        {
            _ = front.Output.WriteAsync(Encoding.ASCII.GetBytes(line)).AsTask();
        }
        else if (!keeper.TryWrite(line))
        {
            return;
        }
        else if (choice.Next(2) == 0)
        {
            front.Poll();
        }

        lines[source].Enqueue(line);
    }

    private static void Compare(Queue<string>[] lines, string written)
    {
        foreach (string line in written.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Queue<string> source = lines[line[0] - '0'];
            Expect.That(source.TryDequeue(out string? expected) && line + "\n" == expected, $"A line came that was not the next one of its source: {line[..Math.Min(line.Length, 20)]}");
        }

        Expect.Equal(0, lines[0].Count + lines[1].Count, "lines that did not come");
    }

    private static async Task CollectAsync(PipeReader input, StringBuilder written, IChoice choice, TimeProvider time)
    {
        ReadResult read;
        do
        {
            read = await input.ReadAsync();
            written.Append(Encoding.ASCII.GetString(read.Buffer));
            input.AdvanceTo(read.Buffer.End);
            if (choice.Next(4) == 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(choice.Next(20)), time);
            }
        }
        while (!read.IsCompleted);
    }
}
