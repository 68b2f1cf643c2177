using Microsoft.Extensions.Logging.Abstractions;
using Xen.Platform;
using Xen.Simulation.Choices;
using Xen.Store;

namespace Xen.Checks.Store;

/// <summary>R14: the client against a daemon that answers in any order, and one that sends what no daemon may.</summary>
internal static class StoreClientChecks
{
    private const int MaxTurns = 100_000;

    /// <summary>Every request ends: with its own answer, cancelled, or with the connection, which a breach ends for all.</summary>
    public static void AnyDaemon(IChoice choice) => StoreChecks.Run(choice, async simulation =>
    {
        IGuestScheduler scheduler = simulation.Dom0.Scheduler;
        var daemon = new ScriptedDaemon(scheduler, choice);
        var client = new XenStoreClient(daemon, scheduler, NullLoggerFactory.Instance);
        int requests = 1 + choice.Next(30);
        Task[] reads = [.. Enumerable.Range(0, requests).Select(i => ReadAsync(client, daemon, $"/node/{i}", choice))];
        Task watching = WatchAsync(client, daemon);
        await AnswerAsync(daemon, Task.WhenAll(reads));
        if (daemon.HasMisbehaved)
        {
            Expect.That(await EndsAsync(client.ReadAsync("/later")), "a request after the end of the connection fails.");
        }

        await client.DisposeAsync();
        await watching;
    });

    private static async Task AnswerAsync(ScriptedDaemon daemon, Task reads)
    {
        for (int turn = 0; !reads.IsCompleted; turn++)
        {
            Expect.That(turn < MaxTurns, "a request waits without end (R14).");
            if (daemon.Waiting > 0)
            {
                daemon.Answer();
            }

            await Task.Yield();
        }

        await reads;
    }

    private static async Task ReadAsync(XenStoreClient client, ScriptedDaemon daemon, string path, IChoice choice)
    {
        using var cancellation = new CancellationTokenSource();
        ValueTask<string?> read = client.TryReadTextAsync(path, cancellation.Token);
        if (choice.Next(5) == 0)
        {
            await Task.Yield();
            cancellation.Cancel();
        }

        try
        {
            Expect.Equal(ScriptedDaemon.ValueOf(path), await read, $"the value of {path}");
        }
        catch (OperationCanceledException)
        {
            Expect.That(cancellation.IsCancellationRequested, $"{path} was cancelled by nobody.");
        }
        catch (XenException exception)
        {
            Expect.That(daemon.HasMisbehaved, $"{path} failed without a reason: {exception.Message}");
        }
    }

    private static async Task WatchAsync(XenStoreClient client, ScriptedDaemon daemon)
    {
        try
        {
            StoreWatch watch = await client.WatchAsync("/watched");
            while (true)
            {
                string path = await watch.WaitAsync();
                Expect.That(StorePath.IsWithin(path, "/watched"), $"an event for {path}.");
            }
        }
        catch (XenException exception)
        {
            Expect.That(daemon.HasMisbehaved || exception.Message.Contains("disposed", StringComparison.Ordinal), exception.Message);
        }
    }

    private static async ValueTask<bool> EndsAsync(ValueTask<byte[]> read)
    {
        try
        {
            await read;
            return false;
        }
        catch (XenException)
        {
            return true;
        }
    }
}
