using Xen.Devices;
using Xen.Netback;
using Xen.Netfront;
using Xen.Rings;
using Xen.Simulation.Choices;
using Xen.Store;

namespace Xen.Checks.Net;

/// <summary>A whole network back end in the simulation against a front end that does what it likes.</summary>
public static class NetbackDeviceChecks
{
    private const int MaxQueues = 3;

    private static readonly NetbackOptions Small = new() { MaxQueues = MaxQueues, TransmitPages = 18, ReceivePages = 36, OfferSplitEventChannels = false };

    /// <summary>
    /// R1, R8, R11: whatever the front end sends, offers, writes or grants, every wait in the back end ends with the connection and its reason,
    /// everything is let go of, and the next front end is served.
    /// </summary>
    public static void HoldsAgainstAnyFrontend(IChoice choice) => NetBench.RunCheck(choice, async bench =>
    {
        NetLoad? load = null;
        Exception? reason = null;
        int queues = 1 + choice.Next(MaxQueues);
        bench.Serve(Small, async (device, token) =>
        {
            if (load is not null)
            {
                await device.ListenAsync(_ => ValueTask.CompletedTask, token);
                return;
            }

            load = new NetLoad(device, choice);
            reason = await load.UntilListeningEndsAsync();
        });
        TimeProvider time = bench.Guest.Scheduler.TimeProvider;
        var front = new HostileNetFront(bench, choice, queues);
        Expect.That(await front.TryConnectAsync(), "A right front end was refused.");
        for (int step = 0; step < 40; step++)
        {
            front.Misbehave();
            await bench.OnDom0Async(load!.Step);
            await Task.Delay(TimeSpan.FromMilliseconds(choice.Next(3)), time);
        }

        await bench.OnDom0Async(load!.Exhaust);
        await front.CloseAsync();
        await bench.OnDom0Async(() => load!.ExpectAllEndedAsync(bench.Simulation.Dom0.Scheduler.TimeProvider, reason));
        await bench.OnDom0Async(load!.ExpectFramesUnchanged);
        bool isBreach = await ReadErrorAsync(bench) is not null;
        Expect.That(!isBreach || (reason is XenProtocolException && load.Failures.All(failure => failure is XenProtocolException)), "Somebody who waited does not learn of the breach (R11).");
        await ExpectServesAsync(bench);
    });

    /// <summary>R12: whatever a front end's keys hold, connecting succeeds or the error says which key; the next front end is served.</summary>
    public static void FrontendKeysAreTakenOrRefusedByName(IChoice choice) => NetBench.RunCheck(choice, async bench =>
    {
        string key = ((string[])
        [
            NetifKeys.TxRingRef, NetifKeys.RxRingRef, NetifKeys.EventChannel, NetifKeys.RequestRxCopy, NetifKeys.FeatureRxNotify,
            NetifKeys.FeatureSg, NetifKeys.MultiQueueNumQueues, NetifKeys.FeatureIPv6CsumOffload,
        ])[choice.Next(8)];
        string?[] values = [null, "", "0", "1", "2", "-1", "+1", " 1", "1 ", "1\0", "4", "4294967295", "4294967296", "99999999999999999999", "x"];
        string? value = values[choice.Next(values.Length)];
        if (key is NetifKeys.TxRingRef or NetifKeys.RxRingRef && value is { Length: 1 } and not "x")
        {
            // Small references are the toolstack's: pages that both domains have, and need.
            value = "700000";
        }

        bench.Serve(Small);
        int queues = 1 + choice.Next(MaxQueues);
        var front = new HostileNetFront(bench, choice, queues);
        bool isOfQueue = key is NetifKeys.TxRingRef or NetifKeys.RxRingRef or NetifKeys.EventChannel;
        key = isOfQueue ? front.KeyOf(choice.Next(queues), key) : key;
        bool isConnected = await front.TryConnectAsync(key, value);
        string error = await ReadErrorAsync(bench) ?? "";
        if (key == NetifKeys.MultiQueueNumQueues && value is not (null or "1" or "2" or "3"))
        {
            Expect.That(!isConnected && error.Contains(key, StringComparison.Ordinal), $"{key} = \"{value}\" of at most {MaxQueues} was not refused by its name: \"{error}\".");
        }

        if (!isConnected)
        {
            // A number that is one can still be no reference or port of this front end's: Xen says so.
            // And with another number of queues, keys of queues are missing.
            string other = key == NetifKeys.MultiQueueNumQueues ? NetifKeys.EventChannel : key;
            bool isNamed = error.Contains(key, StringComparison.Ordinal) || error.Contains(other, StringComparison.Ordinal) || (error.Length > 0 && !error.Contains("R12", StringComparison.Ordinal));
            Expect.That(isNamed, $"{key} = \"{value}\" was refused with \"{error}\".");
        }

        await front.CloseAsync();
        await bench.Guest.Store.TryRemoveAsync(bench.Paths.Frontend + "/" + key);
        await ExpectServesAsync(bench);
    });

    // What the back end reported in the store, if it failed.
    private static ValueTask<string?> ReadErrorAsync(NetBench bench) =>
        bench.Simulation.Store.TryReadTextAsync(bench.Paths.Backend.Replace("/backend/", "/error/backend/", StringComparison.Ordinal) + "/error");

    private static async Task ExpectServesAsync(NetBench bench)
    {
        await bench.Guest.Store.WriteAsync(bench.Paths.Frontend + "/state", "1");
        await using NetfrontDevice device = await bench.OpenAsync();
        Task<DeviceResult> listening = device.ListenAsync(_ => ValueTask.CompletedTask);
        Expect.That(device.IsConnected, "The next front end is not served.");
        await device.DisposeAsync();
        await listening;
    }
}
