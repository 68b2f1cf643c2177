using Xen.Devices;
using Xen.Netback;
using Xen.Netfront;
using Xen.Simulation.Choices;

namespace Xen.Checks.Net;

/// <summary>R9 takes nothing from honest ends: an event whose work was done before it arrived is none that brought no work.</summary>
public static class NetEventChecks
{
    private const int Frames = 2_000;

    /// <summary>However many frames go whichever way, no end is made to wait for an event.</summary>
    public static void HonestTrafficIsNoStorm(IChoice choice) => NetBench.RunCheck(choice, async bench =>
    {
        bool isFromBack = choice.Next(3) > 0;
        bool isFromFront = !isFromBack || choice.Next(2) > 0;
        var begin = new TaskCompletionSource();
        var end = new TaskCompletionSource();
        int missing = (isFromBack ? Frames : 0) + (isFromFront ? Frames : 0);
        ValueTask Count(ReceivedFrame frame)
        {
            if (--missing == 0)
            {
                end.SetResult();
            }

            return ValueTask.CompletedTask;
        }

        bench.Serve(
            new NetbackOptions { MaxQueues = 1 + choice.Next(2), OfferSplitEventChannels = choice.Next(2) == 0 },
            async (device, token) =>
            {
                Task<DeviceResult> served = device.ListenAsync(Count, token);
                await begin.Task;
                await SendAsync(device, isFromBack ? Frames : 0);
                await served;
            });
        NetfrontDevice device = await bench.OpenAsync(new NetfrontOptions { MaxQueues = 1 + choice.Next(2), ReceivePages = 64 + choice.Next(449) });
        Task<DeviceResult> listening = device.ListenAsync(Count);
        // What the connection itself made is over then.
        TimeProvider time = bench.Guest.Scheduler.TimeProvider;
        await Task.Delay(TimeSpan.FromSeconds(5), time);
        long before = SpuriousOf(device) + SpuriousOf(bench.Back!);
        long start = time.GetTimestamp();
        begin.SetResult();
        await SendAsync(device, isFromFront ? Frames : 0);
        await end.Task;
        Expect.Equal(TimeSpan.Zero, time.GetElapsedTime(start), "the time that honest traffic waits for (R9)");
        Expect.Equal(before, SpuriousOf(device) + SpuriousOf(bench.Back!), "events of honest ends that brought no work (R9)");
        await device.DisposeAsync();
        await listening;
    });

    private static long SpuriousOf(INetworkDevice device) => device.GetStatistics().SpuriousNotifications;

    private static async Task SendAsync(INetworkDevice device, int frames)
    {
        for (int i = 0; i < frames; i++)
        {
            TransmitFrame frame = await device.ReserveAsync(60 + (i % 1400), (uint)i, CancellationToken.None);
            Expect.That(frame.Send().IsSuccess, "A frame was refused.");
        }
    }
}
