using System.Text;
using Xen.Devices;
using Xen.Netfront;
using Xen.Rings;
using Xen.Simulation;
using Xen.Simulation.Choices;
using Xen.Store;

namespace Xen.Checks.Net;

/// <summary>A whole network front end in the simulation against a back end that does what it likes.</summary>
public static class NetDeviceChecks
{
    private static readonly NetfrontOptions Small = new() { TransmitPages = 18, ReceivePages = 64, UseSingleEventChannel = true };

    /// <summary>
    /// R7, R8, R11: whatever the back end writes, answers or keeps on any queue, every wait on each completes once, no received byte changes under
    /// the reader, and in the end nothing is left over but what the back end itself holds.
    /// </summary>
    public static void HoldsAgainstAnyBackend(IChoice choice) => NetBench.RunCheck(choice, async bench =>
    {
        var backend = new HostileBackend(bench.Simulation.Dom0, bench.Guest, bench.Paths, choice, offeredQueues: 1 + choice.Next(3));
        Task connecting = bench.Simulation.Dom0.RunAsync(backend.ConnectAsync);
        NetfrontDevice device = await bench.OpenAsync(Small with { MaxQueues = 1 + choice.Next(3) });
        await connecting;
        var load = new NetLoad(device, choice);
        TimeProvider time = bench.Guest.Scheduler.TimeProvider;
        for (int step = 0; step < 30; step++)
        {
            load.Step();
            await bench.Simulation.Dom0.RunAsync(() =>
            {
                backend.Misbehave();
                return Task.CompletedTask;
            });
            await Task.Delay(TimeSpan.FromMilliseconds(choice.Next(3)), time);
        }

        load.Exhaust();
        bool wasConnected = device.IsConnected;
        await bench.Simulation.Dom0.RunAsync(backend.CloseAsync);
        XenbusEnd end = await device.Completion;
        Expect.That(wasConnected || end.Exception is XenProtocolException, $"The device broke and its end says {end}.");
        await load.ExpectAllEndedAsync(time, end.Exception);
        await device.DisposeAsync();
        load.ExpectFramesUnchanged();
        await ExpectNothingLeftAsync(bench, backend, time);
    });

    /// <summary>R16: a page that is sent from holds the frame and zeroes, whatever it held before.</summary>
    public static void SentPagesHoldTheFrameAlone(IChoice choice) => Run(choice, async (bench, backend) =>
    {
        Task connecting = bench.Simulation.Dom0.RunAsync(backend.ConnectAsync);
        NetfrontDevice device = await bench.OpenAsync(Small);
        await connecting;
        TimeProvider time = bench.Guest.Scheduler.TimeProvider;
        for (byte fill = 1; fill < 40; fill++)
        {
            int length = 14 + choice.Next(4083);
            if (choice.Next(2) == 0 && device.TryReserve(14 + choice.Next(60000), out TransmitFrame unsent))
            {
                // Never sent: nobody outside may ever see it.
                unsent.Span.Fill(0xEE);
                unsent.Dispose();
            }

            TransmitFrame frame = await device.ReserveAsync(length);
            frame.Span.Fill(fill);
            Expect.That(frame.Send().IsSuccess, "The frame was refused.");
            await Task.Delay(TimeSpan.FromMilliseconds(1), time);
            byte expected = fill;
            await bench.Simulation.Dom0.RunAsync(() =>
            {
                backend.ExpectOnlyTheFrame(expected, length);
                return Task.CompletedTask;
            });
        }

        await bench.Simulation.Dom0.RunAsync(backend.CloseAsync);
        await device.DisposeAsync();
    });

    /// <summary>R12: whatever the back end's and the toolstack's keys hold, opening succeeds or says which key, and leaves nothing.</summary>
    public static void KeysAreTakenOrRefusedByName(IChoice choice) => Run(choice, async (bench, backend) =>
    {
        string key = AnyKey(choice);
        byte[] value = AnyValue(choice);
        string node = key is NetifKeys.Mac or NetifKeys.Mtu ? bench.Paths.Frontend : bench.Paths.Backend;
        Task connecting = bench.Simulation.Dom0.RunAsync(async () =>
        {
            await bench.Simulation.Store.WriteAsync(node + "/" + key, value);
            await backend.ConnectAsync();
        });
        try
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), bench.Guest.Scheduler.TimeProvider);
            await using NetfrontDevice device = await bench.OpenAsync(Small);
            Expect.That(device.Mtu is >= 68 and <= 65535 && !device.MacAddress.IsMulticast, $"{key} = \"{Encoding.ASCII.GetString(value)}\" was taken as {device.Mtu}, {device.MacAddress}.");
            await connecting;
            await bench.Simulation.Dom0.RunAsync(backend.CloseAsync);
        }
        catch (XenProtocolException breach)
        {
            Expect.That(breach.Message.Contains(key, StringComparison.Ordinal), $"The error does not name {key}: {breach.Message}");
        }
    });

    private static string AnyKey(IChoice choice) => ((string[])
        [NetifKeys.Mac, NetifKeys.Mtu, NetifKeys.FeatureSplitEventChannels, NetifKeys.FeatureNoCsumOffload, NetifKeys.FeatureIPv6CsumOffload, NetifKeys.FeatureGsoTcpV4, NetifKeys.MultiQueueMaxQueues])[choice.Next(7)];

    private static byte[] AnyValue(IChoice choice)
    {
        string[] values = ["", "0", "1", "2", "-1", "+1", " 1", "1 ", "1\0", "67", "68", "65535", "65536", "4294967297", "99999999999999999999", "x", "00:16:3e:00:00:02", "01:16:3e:00:00:02", "00:16:3e:00:00:02\0"];
        return Encoding.ASCII.GetBytes(values[choice.Next(values.Length)]);
    }

    private static void Run(IChoice choice, Func<NetBench, HostileBackend, Task> program) =>
        NetBench.RunCheck(choice, bench => program(bench, new HostileBackend(bench.Simulation.Dom0, bench.Guest, bench.Paths, choice)));

    private static async Task ExpectNothingLeftAsync(NetBench bench, HostileBackend backend, TimeProvider time)
    {
        // What it keeps stays granted, and only that.
        int kept = backend.Kept.Count;
        int grants = bench.Simulation.Leaks().Count(leak => leak.Kind == SimulationLeakKind.Grant);
        Expect.That(grants <= kept, $"{grants} grants are left over, the back end keeps {kept}.");
        await bench.Simulation.Dom0.RunAsync(() =>
        {
            backend.LetGo();
            return Task.CompletedTask;
        });
        await Task.Delay(TimeSpan.FromMinutes(5), time);
    }
}
