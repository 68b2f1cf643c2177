using System.Net;
using Xen.Checks.Net;
using Xen.Devices;
using Xen.Devices.Packets;
using Xen.Netback;
using Xen.Netfront;
using Xen.Simulation.Choices;

namespace Xen.Floor3.Tests.Netfront;

/// <summary>Front end and back end in the simulation, over every way in which they can agree.</summary>
public class NetworkEndToEndTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static TheoryData<bool, bool> Ways() => new() { { true, true }, { true, false }, { false, true }, { false, false } };

    [Theory]
    [MemberData(nameof(Ways))]
    public void Addresses_resolve_and_pings_of_every_length_come_back(bool split, bool scatterGather) => Run(split, scatterGather, async (bench, device) =>
    {
        var probe = new NetworkProbe(device, NetBench.GuestAddress, bench.Guest.Scheduler.TimeProvider);
        Task<DeviceResult> listening = probe.ListenAsync();
        MacAddress? mac = await probe.ResolveAsync(NetBench.PeerAddress, Patience);
        Assert.Equal(NetbackOptions.Default.MacAddress, mac);
        Assert.Equal(mac, await probe.ResolveAsync(new IPAddress([10, 0, 0, 77]), Patience));
        Assert.Null(await probe.ResolveAsync(new IPAddress([10, 0, 1, 77]), Patience));
        for (int length = 64; length <= 1472; length += 16)
        {
            Assert.NotNull(await probe.PingAsync(NetBench.PeerAddress, mac!.Value, new byte[length], Patience));
        }

        await device.DisposeAsync();
        Assert.True((await listening).IsSuccess);
        Assert.Equal(0, device.GetStatistics().ReceiveCopiedBytes);
    });

    [Theory]
    [MemberData(nameof(Ways))]
    public void Datagrams_up_to_the_longest_come_back(bool split, bool scatterGather) => Run(split, scatterGather, async (bench, device) =>
    {
        var client = new EchoClient(device, NetBench.GuestAddress, NetBench.PeerAddress);
        Task<DeviceResult> listening = client.ListenAsync();
        var choice = new SeededChoice(11);
        foreach (int length in new[] { 1, 18, 1472, 4054, 4055, 4096, 8192, 65493, 65507 })
        {
            // A datagram beyond one frame goes in fragments, whose checksum cannot be left to the other side.
            await client.SendAsync(choice, length, isPartial: length <= device.MaxFrameSize - 42 && length % 2 == 0);
        }

        await UntilAsync(bench, () => client.Outstanding == 0);
        await device.DisposeAsync();
        await listening;
        Assert.Equal(scatterGather ? 65535 : 1514, device.MaxFrameSize);
        NetworkStatistics statistics = device.GetStatistics();
        Assert.Equal((0, 0, 0, 0), (statistics.ReceiveErrors, statistics.ReceiveDropped, statistics.SendErrors, statistics.SendDropped));
    });

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_mixed_load_comes_back_whole(bool split, bool scatterGather) => Run(split, scatterGather, async (bench, device) =>
    {
        var client = new EchoClient(device, NetBench.GuestAddress, NetBench.PeerAddress);
        Task<DeviceResult> listening = client.ListenAsync();
        var choice = new SeededChoice(12);
        for (int i = 0; i < 1000; i++)
        {
            int length = choice.Next(20) == 0 ? choice.Next(20000) : choice.Next(1472);
            await client.SendAsync(choice, length, isPartial: length <= device.MaxFrameSize - 42 && choice.Next(2) == 0);
        }

        await UntilAsync(bench, () => client.Outstanding == 0);
        NetworkStatistics statistics = device.GetStatistics();
        Assert.True(client.Echoed >= 1000);
        Assert.True(statistics.NotificationsSent < client.Echoed, $"{statistics.NotificationsSent} notifications for {client.Echoed} frames.");
        await device.DisposeAsync();
        await listening;
    });

    [Fact]
    public void One_connection_after_another_leaves_nothing() => RunBench(new NetbackOptions(), async bench =>
    {
        for (int round = 0; round < 10; round++)
        {
            NetfrontDevice device = await bench.OpenAsync(new NetfrontOptions { UseSingleEventChannel = round % 2 == 0 });
            var client = new EchoClient(device, NetBench.GuestAddress, NetBench.PeerAddress);
            Task<DeviceResult> listening = client.ListenAsync();
            await client.SendAsync(new SeededChoice((ulong)round), 5000, isPartial: true);
            await UntilAsync(bench, () => client.Outstanding == 0);
            await device.DisposeAsync();
            await listening;
        }
    });

    [Fact]
    public void What_waits_completes_once_when_the_back_end_goes_and_the_device_connects_again() => RunBench(new NetbackOptions(), async bench =>
    {
        NetfrontDevice device = await bench.OpenAsync();
        Task<DeviceResult> listening = device.ListenAsync(_ => ValueTask.CompletedTask);
        var reserved = new List<TransmitFrame>();
        while (device.TryReserve(60, out TransmitFrame frame))
        {
            reserved.Add(frame);
        }

        Task<TransmitFrame>[] waiting = [.. Enumerable.Range(0, 5).Select(_ => device.ReserveAsync(60).AsTask())];
        using var cancellation = new CancellationTokenSource();
        Task<TransmitFrame> cancelled = device.ReserveAsync(60, cancellation.Token).AsTask();
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        reserved[0].Dispose();
        Assert.Equal(60, (await waiting[0]).Length);
        await bench.Back!.DisposeAsync();
        foreach (Task<TransmitFrame> wait in waiting[1..])
        {
            await Assert.ThrowsAsync<IOException>(() => wait);
        }

        Assert.Equal(DeviceStatus.Disconnected, (await listening).Status);
        await device.Completion;
        reserved[1].Span.Fill(1);
        Assert.Equal(DeviceStatus.Disconnected, reserved[1].Send().Status);
        reserved[2].Dispose();
        Assert.False(device.TryReserve(60, out _));
        await Assert.ThrowsAsync<IOException>(async () => await device.ReserveAsync(60));

        await device.ReconnectAsync();
        var client = new EchoClient(device, NetBench.GuestAddress, NetBench.PeerAddress);
        listening = client.ListenAsync();
        await client.SendAsync(new SeededChoice(1), 100, isPartial: false);
        await UntilAsync(bench, () => client.Outstanding == 0);
        await device.DisposeAsync();
        await listening;
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await device.ReserveAsync(60));
    });

    [Fact]
    public void A_frame_that_is_kept_stays_readable_after_the_device_is_gone() => RunBench(new NetbackOptions(), async bench =>
    {
        NetfrontDevice device = await bench.OpenAsync();
        ReceivedFrame? kept = null;
        Task<DeviceResult> listening = device.ListenAsync(frame =>
        {
            kept ??= frame.Take();
            return ValueTask.CompletedTask;
        });
        TransmitFrame ping = await device.ReserveAsync(42);
        new EthernetHeader(MacAddress.Broadcast, device.MacAddress, EthernetHeader.Arp).Write(ping.Span);
        new ArpPacket(ArpPacket.Request, device.MacAddress, Ipv4Address.From(NetBench.GuestAddress), default, Ipv4Address.From(NetBench.PeerAddress)).Write(ping.Span[14..]);
        ping.Send().ThrowIfFailed();
        await UntilAsync(bench, () => kept is not null);
        await device.DisposeAsync();
        await listening;
        Assert.True(ArpPacket.TryRead(kept!.Value.FirstSpan[14..], out ArpPacket reply));
        Assert.Equal(ArpPacket.Reply, reply.Operation);
        kept.Value.Dispose();
        Assert.Throws<ObjectDisposedException>(() => kept.Value.Length);
    });

    [Fact]
    public void Lengths_and_offloads_that_are_not_taken_are_refused() => RunBench(new NetbackOptions(), async bench =>
    {
        await using NetfrontDevice device = await bench.OpenAsync();
        Assert.Throws<ArgumentOutOfRangeException>(() => device.TryReserve(13, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => device.TryReserve(65536, out _));
        Assert.True(device.TryReserve(9000, out TransmitFrame frame));
        frame.SetOffload(new FrameOffload(ChecksumState.Partial, GsoType.TcpIPv4, 1460));
        Assert.Equal(DeviceStatus.NotSupported, frame.Send().Status);
    });

    [Fact]
    public void A_front_end_that_offers_no_pages_stalls_and_recovers() => RunBench(
        new NetbackOptions { StallTimeout = TimeSpan.FromSeconds(1), TransmitPages = 64 }, FloodAsync, async bench =>
    {
        await using NetfrontDevice device = await bench.OpenAsync();
        var kept = new List<ReceivedFrame>();
        using var listening = new CancellationTokenSource();
        Task listener = device.ListenAsync(
            frame =>
            {
                kept.Add(frame.Take());
                return ValueTask.CompletedTask;
            },
            listening.Token);
        await UntilAsync(bench, () => bench.Back is { IsStalled: true });
        Assert.True(bench.Back!.GetStatistics().SendDropped > 0);
        Assert.Equal(NetfrontOptions.Default.ReceivePages, kept.Count);
        kept.ForEach(frame => frame.Dispose());
        await UntilAsync(bench, () => !bench.Back!.IsStalled);
        listening.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => listener);
        kept.ForEach(frame => frame.Dispose());
    });

    private static async Task FloodAsync(NetbackDevice device, CancellationToken cancellationToken)
    {
        while (true)
        {
            TransmitFrame frame = await device.ReserveAsync(60, cancellationToken);
            frame.Send().ThrowIfFailed();
            // A stalled device drops at once: time has to pass for anything else to happen.
            await Task.Delay(TimeSpan.FromMilliseconds(1), Time!, cancellationToken);
        }
    }

    private static TimeProvider? Time { get; set; }

    private static async Task UntilAsync(NetBench bench, Func<bool> condition)
    {
        for (int i = 0; !condition(); i++)
        {
            Assert.True(i < 100_000, "It did not happen within 100 s.");
            await Task.Delay(TimeSpan.FromMilliseconds(1), bench.Guest.Scheduler.TimeProvider);
        }
    }

    private static void Run(bool split, bool scatterGather, Func<NetBench, NetfrontDevice, Task> program) => RunBench(
        new NetbackOptions { OfferSplitEventChannels = split, OfferScatterGather = scatterGather },
        async bench =>
        {
            await using NetfrontDevice device = await bench.OpenAsync();
            await program(bench, device);
        });

    private static void RunBench(NetbackOptions options, Func<NetBench, Task> program) => RunBench(options, null, program);

    private static void RunBench(NetbackOptions options, Func<NetbackDevice, CancellationToken, Task>? serve, Func<NetBench, Task> program)
    {
        using var bench = new NetBench(seed: 1);
        bench.Run(async running =>
        {
            Time = running.Simulation.Dom0.Scheduler.TimeProvider;
            running.Serve(options, serve);
            await program(running);
        });
    }
}
