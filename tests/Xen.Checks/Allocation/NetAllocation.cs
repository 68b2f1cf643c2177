using Xen.Checks.Net;
using Xen.Devices;
using Xen.Devices.Packets;
using Xen.Netfront;
using Xen.Platform;
using Xen.Simulation;

namespace Xen.Checks.Allocation;

/// <summary>Frames through front and back end, one at a time.</summary>
internal static class NetAllocation
{
    private const int FrameBytes = 1500;

    // Little for the responder to sum up: what is measured is the way there and back.
    private const int DatagramBytes = 128;

    private const int PageBytes = 4096;
    private const int LargeBytes = 16 * PageBytes - 1;

    private static readonly NetfrontOptions FewPages = new() { TransmitPages = 18 };

    /// <summary>Each frame waits for credit.</summary>
    public static void Reserve(SimulationOptions options, AllocationMeter meter) => Run(options, FewPages, Ignore, async (_, device, token) =>
    {
        await HoldAllButOneAsync(device, token);
        (await device.ReserveAsync(FrameBytes, token)).Send().ThrowIfFailed();
        while (meter.MoveNext())
        {
            ValueTask<TransmitFrame> wait = device.ReserveAsync(FrameBytes, token);
            meter.Note(wait.IsCompleted);
            TransmitFrame frame = await wait;
            frame.Span[0] = 1;
            Expect.That(frame.Send().IsSuccess, "A frame was refused.");
        }
    });

    /// <summary>Each frame waits for credit, and is copied.</summary>
    public static void Write(SimulationOptions options, AllocationMeter meter) => Run(options, FewPages, Ignore, async (_, device, token) =>
    {
        await HoldAllButOneAsync(device, token);
        var bytes = new byte[FrameBytes];
        (await device.WriteAsync(bytes, token)).ThrowIfFailed();
        while (meter.MoveNext())
        {
            ValueTask<DeviceResult> wait = device.WriteAsync(bytes, token);
            meter.Note(wait.IsCompleted);
            DeviceResult result = await wait;
            Expect.That(result.IsSuccess, "A frame was refused.");
        }
    });

    /// <summary>The back end sends, the guest's handler suspends with each frame.</summary>
    public static void Receive(SimulationOptions options, AllocationMeter meter) => Run(options, NetfrontOptions.Default, SendOnDemand, async (bench, device, token) =>
    {
        IGuestScheduler scheduler = bench.Guest.Scheduler;
        var handling = new WaitSource<bool>(scheduler);
        var over = new WaitSource<bool>(scheduler);
        Action<object?> finish = _ => handling.TrySetResult(true);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        Task<DeviceResult> listening = device.ListenAsync(
            frame =>
            {
                if (over.IsIdle || !meter.MoveNext())
                {
                    over.TrySetResult(true);
                    return ValueTask.CompletedTask;
                }

                ValueTask wait = handling.WaitWithoutResultAsync(token);
                meter.Note(wait.IsCompleted);
                scheduler.Schedule(finish, null);
                return wait;
            },
            stop.Token);
        await over.WaitAsync(token);
        await CancelAsync(stop, listening);
    });

    /// <summary>A UDP datagram to the responder behind the back end, and its answer.</summary>
    public static void Echo(SimulationOptions options, AllocationMeter meter) => Run(options, NetfrontOptions.Default, null, async (bench, device, token) =>
    {
        byte[] datagram = Datagram(device.MacAddress);
        var answered = new WaitSource<bool>(bench.Guest.Scheduler);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        Task<DeviceResult> listening = device.ListenAsync(
            frame =>
            {
                answered.TrySetResult(frame.Length == DatagramBytes);
                return ValueTask.CompletedTask;
            },
            stop.Token);
        while (meter.MoveNext())
        {
            TransmitFrame frame = await device.ReserveAsync(DatagramBytes, token);
            datagram.CopyTo(frame.Span);
            Expect.That(frame.Send().IsSuccess, "A frame was refused.");
            ValueTask<bool> wait = answered.WaitAsync(token);
            meter.Note(wait.IsCompleted);
            bool isWhole = await wait;
            Expect.That(isWhole, "The answer has another length.");
        }

        await CancelAsync(stop, listening);
    });

    private static void Run(
        SimulationOptions options,
        NetfrontOptions front,
        Func<INetworkDevice, CancellationToken, Task>? serve,
        Func<NetBench, NetfrontDevice, CancellationToken, Task> program)
    {
        using var bench = new NetBench(1, options);
        bench.Run(async b =>
        {
            b.Serve(serve: serve);
            using var end = new CancellationTokenSource();
            await using NetfrontDevice device = await b.OpenAsync(front);
            await program(b, device, end.Token);
        });
    }

    private static Task Ignore(INetworkDevice device, CancellationToken cancellationToken) =>
        device.ListenAsync(static _ => ValueTask.CompletedTask, cancellationToken);

    // A frame for a frame, for ever: each one is sent when the guest has given the one before back.
    private static Task SendOnDemand(INetworkDevice device, CancellationToken cancellationToken) =>
        Task.WhenAll(device.ListenAsync(static _ => ValueTask.CompletedTask, cancellationToken), SendAllAsync(device, cancellationToken));

    private static async Task SendAllAsync(INetworkDevice device, CancellationToken cancellationToken)
    {
        while (true)
        {
            TransmitFrame frame = await device.ReserveAsync(FrameBytes, cancellationToken);
            if (!frame.Send().IsSuccess)
            {
                return;
            }
        }
    }

    // All but one page stay with frames that are never sent: every further reservation waits for the frame before.
    private static async Task HoldAllButOneAsync(NetfrontDevice device, CancellationToken cancellationToken)
    {
        _ = await device.ReserveAsync(LargeBytes, cancellationToken);
        _ = await device.ReserveAsync(PageBytes, cancellationToken);
    }

    private static async Task CancelAsync(CancellationTokenSource stop, Task<DeviceResult> listening)
    {
        stop.Cancel();
        try
        {
            await listening;
        }
        catch (OperationCanceledException)
        {
            // The end that was asked for.
        }
    }

    private static byte[] Datagram(MacAddress source)
    {
        var frame = new byte[DatagramBytes];
        int headers = EthernetHeader.Size + Ipv4Header.Size;
        new EthernetHeader(new MacAddress(0xFEFF_FFFF_FFFF), source, EthernetHeader.Ipv4).Write(frame);
        var ip = new Ipv4Header(Ipv4Address.From(NetBench.GuestAddress), Ipv4Address.From(NetBench.PeerAddress), Ipv4Header.Udp, DatagramBytes - headers);
        ip.Write(frame.AsSpan(EthernetHeader.Size));
        new UdpHeader(4000, 7).Write(ip, frame.AsSpan(headers));
        return frame;
    }
}
