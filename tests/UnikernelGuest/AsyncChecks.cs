using System.IO.Pipelines;
using System.Threading.Channels;
using static Xen.UnikernelGuest.CheckRunner;

namespace Xen.UnikernelGuest;

/// <summary>Tasks, pipes, channels, cancellation.</summary>
internal static class AsyncChecks
{
    public static readonly (string, Action)[] All =
    [
        ("async-pipe", () => PipeAsync().GetAwaiter().GetResult()),
        ("async-channel", () => ChannelAsync().GetAwaiter().GetResult()),
        ("async-cancellation", () => CancellationAsync().GetAwaiter().GetResult()),
        ("async-exceptions", () => ExceptionsAsync().GetAwaiter().GetResult()),
        ("async-streams", () => StreamsAsync().GetAwaiter().GetResult()),
    ];

    private static async Task PipeAsync()
    {
        const int Total = 300_000;
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 16_384, resumeWriterThreshold: 8_192));
        Task writing = Task.Run(async () =>
        {
            for (int sent = 0; sent < Total; sent += 1000)
            {
                pipe.Writer.GetSpan(1000)[..1000].Fill((byte)(sent / 1000));
                pipe.Writer.Advance(1000);
                await pipe.Writer.FlushAsync();
            }

            await pipe.Writer.CompleteAsync();
        });
        long received = 0;
        while (true)
        {
            ReadResult result = await pipe.Reader.ReadAsync();
            foreach (ReadOnlyMemory<byte> part in result.Buffer)
            {
                for (int i = 0; i < part.Length; i += 997)
                {
                    Require(part.Span[i] == (byte)((received + i) / 1000), "bytes in order");
                }

                received += part.Length;
            }

            pipe.Reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                break;
            }
        }

        await writing;
        Require(received == Total, $"{Total} bytes, not {received}");
    }

    private static async Task ChannelAsync()
    {
        Channel<int> channel = Channel.CreateBounded<int>(4);
        Task writing = Task.Run(async () =>
        {
            for (int i = 0; i < 1000; i++)
            {
                await channel.Writer.WriteAsync(i);
            }

            channel.Writer.Complete();
        });
        int next = 0;
        await foreach (int value in channel.Reader.ReadAllAsync())
        {
            Require(value == next++, "numbers in order");
        }

        await writing;
        Require(next == 1000, "1,000 numbers");
    }

    private static async Task CancellationAsync()
    {
        using var source = new CancellationTokenSource(30);
        bool isCancelled = false;
        try
        {
            await Task.Delay(Timeout.Infinite, source.Token);
        }
        catch (OperationCanceledException)
        {
            isCancelled = true;
        }

        Require(isCancelled, "OperationCanceledException");
        bool isLate = false;
        try
        {
            await new TaskCompletionSource().Task.WaitAsync(TimeSpan.FromMilliseconds(20));
        }
        catch (TimeoutException)
        {
            isLate = true;
        }

        Require(isLate, "TimeoutException");
    }

    private static async Task ExceptionsAsync()
    {
        Task[] tasks = [.. Enumerable.Range(0, 10).Select(i => Task.Run(() => throw new InvalidOperationException($"task {i}")))];
        try
        {
            await Task.WhenAll(tasks);
        }
        catch (InvalidOperationException)
        {
        }

        Require(tasks.All(task => task.IsFaulted), "10 faults");
    }

    private static async Task StreamsAsync()
    {
        var memory = new MemoryStream();
        await using (var writer = new StreamWriter(memory, leaveOpen: true))
        {
            await writer.WriteAsync(new string('x', 50_000));
        }

        Require(memory.Length == 50_000, "50,000 bytes");
    }
}
