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

    /// <summary>
    /// A front end that is awake finds what comes while its listener works, and wants no event. Turns come in any order here, so half of the
    /// time the receiver's is before the listener's; one that asks after each turn wants every event. One that goes to sleep wants one.
    /// </summary>
    public static void AwakeFrontEndWantsFewEvents(IChoice choice) => NetBench.RunCheck(choice, async bench =>
    {
        var backend = new HostileBackend(bench.Simulation.Dom0, bench.Guest, bench.Paths, choice);
        Task connecting = bench.Simulation.Dom0.RunAsync(backend.ConnectAsync);
        NetfrontDevice device = await bench.OpenAsync(new NetfrontOptions { UseSingleEventChannel = true });
        await connecting;
        const int Whole = 200;
        int missing = Whole;
        int handled = 0;
        int wanted = 0;
        ValueTask Handle(ReceivedFrame frame)
        {
            handled++;
            if (missing > 0)
            {
                missing--;
                wanted += backend.AnswerPage(60) ? 1 : 0;
            }

            return ValueTask.CompletedTask;
        }

        Task listening = device.ListenAsync(Handle);
        for (int round = 1; round <= 2; round++)
        {
            await bench.OnDom0Async(() =>
            {
                Expect.That(backend.AnswerPage(60), "A front end that sleeps wants no event.");
                backend.Notify();
            });
            await Task.Delay(TimeSpan.FromSeconds(1), bench.Guest.Scheduler.TimeProvider);
        }

        Expect.Equal(2 + Whole, handled, "the frames that were found");
        Expect.That(wanted < Whole * 3 / 4, $"{wanted} events for {Whole} frames that came while the front end was awake.");
        await bench.Simulation.Dom0.RunAsync(backend.CloseAsync);
        await device.DisposeAsync();
        await listening;
    });

    /// <summary>A back end that sends events without any work wakes its front end ever less.</summary>
    public static void FrontEnduresStorms(IChoice choice) => NetBench.RunCheck(choice, async bench =>
    {
        var backend = new HostileBackend(bench.Simulation.Dom0, bench.Guest, bench.Paths, choice);
        Task connecting = bench.Simulation.Dom0.RunAsync(backend.ConnectAsync);
        NetfrontDevice device = await bench.OpenAsync(new NetfrontOptions { UseSingleEventChannel = true });
        await connecting;
        await StormAsync(bench, choice, () => bench.OnDom0Async(backend.Notify), () => device.GetStatistics().NotificationsReceived);
        await bench.Simulation.Dom0.RunAsync(backend.CloseAsync);
        await device.DisposeAsync();
    });

    /// <summary>A front end that sends events without any work wakes its back end ever less.</summary>
    public static void BackEnduresStorms(IChoice choice) => NetBench.RunCheck(choice, async bench =>
    {
        bench.Serve(new NetbackOptions { OfferSplitEventChannels = false });
        var front = new HostileNetFront(bench, choice);
        Expect.That(await front.TryConnectAsync(), "A right front end was refused.");
        Task Notify()
        {
            front.Notify();
            return Task.CompletedTask;
        }

        await StormAsync(bench, choice, Notify, () => bench.Back!.GetStatistics().NotificationsReceived);
        await front.CloseAsync();
    });

    // Two to four seconds: 1 ms, 2 ms, 4 ms and so on, some free ones before.
    private static async Task StormAsync(NetBench bench, IChoice choice, Func<Task> notify, Func<long> countWakeUps)
    {
        TimeProvider time = bench.Guest.Scheduler.TimeProvider;
        await Task.Delay(TimeSpan.FromSeconds(5), time);
        long before = countWakeUps();
        for (int i = 0; i < 2_000; i++)
        {
            await notify();
            await Task.Delay(TimeSpan.FromMilliseconds(1 + choice.Next(2)), time);
        }

        long wakeUps = countWakeUps() - before;
        Expect.That(wakeUps is > 2 and < 20, $"A storm without any work made {wakeUps} wake-ups (R9).");
    }

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
