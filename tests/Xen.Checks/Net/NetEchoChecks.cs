using Xen.Devices;
using Xen.Netback;
using Xen.Netfront;
using Xen.Simulation.Choices;

namespace Xen.Checks.Net;

/// <summary>Both ends in the simulation, honest: what is sent comes back.</summary>
public static class NetEchoChecks
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>R8, R10: however few pages and many queues there are on either side, every frame that is sent comes back whole, without the help of another one.</summary>
    public static void EveryFrameComesBack(IChoice choice) => NetBench.RunCheck(choice, async bench =>
    {
        bench.Serve(BackOptions(choice));
        NetfrontDevice device = await bench.OpenAsync(FrontOptions(choice));
        TimeProvider time = bench.Guest.Scheduler.TimeProvider;
        var client = new EchoClient(device, NetBench.GuestAddress, NetBench.PeerAddress);
        Task<DeviceResult> listening = client.ListenAsync();
        for (int burst = choice.Next(4); burst >= 0; burst--)
        {
            for (int i = choice.Next(30); i >= 0; i--)
            {
                int length = choice.Next(8) == 0 ? choice.Next(9000) : choice.Next(1400);
                bool isPartial = length <= device.MaxFrameSize - 42 && choice.Next(2) == 0;
                Task sending = client.SendAsync(choice, length, isPartial);
                await Task.WhenAny(sending, Task.Delay(Patience, time));
                Expect.That(sending.IsCompleted, "A frame waits for credit without end (R10).");
                await sending;
            }

            await UntilAsync(client, time);
        }

        await device.DisposeAsync();
        await listening;
    });

    /// <summary>R10: a back end whose frames wait for pages learns of every page that is given back, without any other event.</summary>
    public static void PagesThatAreGivenBackAreUsed(IChoice choice) => NetBench.RunCheck(choice, async bench =>
    {
        int frames = 100 + choice.Next(200);
        bench.Serve(BackOptions(choice), (device, token) => SendAsync(device, frames, bench.Simulation.Dom0.Scheduler.TimeProvider, token));
        NetfrontDevice device = await bench.OpenAsync(FrontOptions(choice));
        var held = new List<ReceivedFrame>();
        int received = 0;
        Task<DeviceResult> listening = device.ListenAsync(frame =>
        {
            held.Add(frame.Take());
            received++;
            return ValueTask.CompletedTask;
        });
        while (received < frames)
        {
            int before = received;
            // By now every page is held, or every frame is here.
            await Task.Delay(TimeSpan.FromMilliseconds(100), bench.Guest.Scheduler.TimeProvider);
            Expect.That(received > before, $"{frames - received} frames wait for pages that are there (R10).");
            held.ForEach(frame => frame.Dispose());
            held.Clear();
        }

        held.ForEach(frame => frame.Dispose());
        await device.DisposeAsync();
        await listening;
    });

    private static async Task SendAsync(NetbackDevice device, int frames, TimeProvider time, CancellationToken cancellationToken)
    {
        // Who listens meets no frame before.
        await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellationToken);
        for (int i = 0; i < frames; i++)
        {
            TransmitFrame frame = await device.ReserveAsync(60, (uint)i, cancellationToken);
            Expect.That(frame.Send().IsSuccess, "A frame was refused.");
        }

        await device.ListenAsync(_ => ValueTask.CompletedTask, cancellationToken);
    }

    private static async Task UntilAsync(EchoClient client, TimeProvider time)
    {
        long start = time.GetTimestamp();
        while (client.Outstanding > 0)
        {
            Expect.That(time.GetElapsedTime(start) < Patience, $"{client.Outstanding} frames did not come back (R10).");
            await Task.Delay(TimeSpan.FromMilliseconds(1), time);
        }
    }

    private static NetbackOptions BackOptions(IChoice choice) => new()
    {
        MaxQueues = 1 + choice.Next(4),
        OfferSplitEventChannels = choice.Next(2) == 0,
        OfferScatterGather = choice.Next(2) == 0,
        TransmitPages = 18 + choice.Next(40),
        ReceivePages = 18 + choice.Next(40),
    };

    private static NetfrontOptions FrontOptions(IChoice choice) => new()
    {
        MaxQueues = 1 + choice.Next(4),
        UseSingleEventChannel = choice.Next(2) == 0,
        TransmitPages = 18 + choice.Next(40),
        ReceivePages = 64 + choice.Next(40),
    };
}
