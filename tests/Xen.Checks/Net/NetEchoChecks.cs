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
