using System.IO.Pipelines;
using Xen.Console;
using Xen.Rings;
using Xen.Simulation.Choices;

namespace Xen.Checks.Console;

/// <summary>A guest's console against a daemon that is not one.</summary>
internal static class ConsoleHostileChecks
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private const int StormMilliseconds = 1000;
    private static readonly TimeSpan Bound = TimeSpan.FromMilliseconds(300);

    /// <summary>R9: an event each millisecond that brings neither bytes nor room, while output waits: few of them are heard.</summary>
    public static void AStormIsSlowedDown(IChoice choice) => ConsolePair.Run(choice, async pair =>
    {
        ConsoleDevice front = pair.NewFront();
        await front.Output.WriteAsync(new byte[XenconsInterface.OutSize + 1 + choice.Next(1000)]);
        Task<bool> drain = front.DrainAsync(TimeSpan.FromMilliseconds(choice.Next(2) * StormMilliseconds / 2)).AsTask();
        await pair.Dom0.RunAsync(async () =>
        {
            for (int i = 0; i < StormMilliseconds; i++)
            {
                pair.RingGuest();
                await Task.Delay(TimeSpan.FromMilliseconds(1), pair.Time);
            }
        });
        Expect.That(!await drain, "A drain says that bytes were taken that nobody read.");
        long heard = front.Counters.NotificationsReceived;
        Expect.That(heard <= StormMilliseconds / 10, $"{heard} of {StormMilliseconds} events that brought nothing were heard in as many milliseconds.");
        await front.DisposeAsync();
    });

    /// <summary>R11, R15: an index beyond the ring, in any direction, with or without an event: a flush, a read and drains all end, within a bound.</summary>
    public static void AnImpossibleIndexEndsEverybody(IChoice choice) => ConsolePair.Run(choice, async pair =>
    {
        ConsoleDevice front = pair.NewFront();
        int length = 100_000;
        Task<FlushResult> flush = front.Output.WriteAsync(new byte[length]).AsTask();
        Task<ReadResult> read = front.Input.ReadAsync().AsTask();
        bool isDraining = choice.Next(2) == 0;
        Task<bool> drain = isDraining ? front.DrainAsync(Deadline).AsTask() : Task.FromResult(false);
        Task<bool> second = isDraining ? front.DrainAsync(Deadline).AsTask() : Task.FromResult(false);
        await Task.Delay(TimeSpan.FromMilliseconds(choice.Next(1000)), pair.Time);
        int index = choice.Next(2) == 0 ? XenconsInterface.OutCons : XenconsInterface.InProd;
        pair.Move(index, XenconsInterface.OutSize + 1 + (uint)choice.Next(1_000_000));
        if (choice.Next(2) == 0)
        {
            pair.RingGuest();
        }

        await Task.WhenAll(flush, read, drain, second).WaitAsync(Bound, pair.Time);
        Expect.That(front.IsBroken && !front.IsConnected, "An index beyond the ring was believed.");
        Expect.That((await flush).IsCompleted, "A flush of a broken console does not say that it is over.");
        Expect.That((await read).IsCompleted, "Input of a broken console does not end.");
        Expect.That(!await drain && !await second, "A broken console was drained.");
        Expect.Equal(length - XenconsInterface.OutSize, front.Detach(), "bytes dropped");
        await front.DisposeAsync();
    });
}
