using Xen.Blkback;
using Xen.Blkfront;
using Xen.Checks.Net;
using Xen.Devices;
using Xen.Events;
using Xen.Grants;
using Xen.Netback;
using Xen.Netfront;
using Xen.Simulation;
using Xen.Simulation.Choices;
using Xen.Store;

namespace Xen.Floor1.Tests;

/// <summary>A disk and a network interface, front end and back end, over each pair of ABIs.</summary>
public class AbiEndToEndTests
{
    private const int DiskPages = 512;
    private const int Frames = 300;

    public static TheoryData<EventAbi, GrantTableVersion> Pairs() => new()
    {
        { EventAbi.TwoLevel, GrantTableVersion.V1 },
        { EventAbi.TwoLevel, GrantTableVersion.V2 },
        { EventAbi.Fifo, GrantTableVersion.V1 },
        { EventAbi.Fifo, GrantTableVersion.V2 },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Blocks_and_frames_pass_whole_and_nothing_is_left(EventAbi abi, GrantTableVersion version)
    {
        using var bench = new NetBench(seed: 1, new SimulationOptions { EventAbi = abi, GrantVersion = version });
        bench.Run(async running =>
        {
            Assert.Equal((abi, version), (running.Guest.Events.Abi, running.Guest.Grants.Version));
            Assert.Equal((abi, version), (running.Simulation.Dom0.Events.Abi, running.Simulation.Dom0.Grants.Version));
            running.Serve(new NetbackOptions());
            await Task.WhenAll(EchoAsync(running), CopyBlocksAsync(running));
            Assert.Equal(0, running.Guest.Events.DroppedQueues + running.Simulation.Dom0.Events.DroppedQueues);
        });
    }

    private static async Task EchoAsync(NetBench bench)
    {
        await using NetfrontDevice device = await bench.OpenAsync();
        var client = new EchoClient(device, NetBench.GuestAddress, NetBench.PeerAddress);
        Task<DeviceResult> listening = client.ListenAsync();
        var choice = new SeededChoice(12);
        for (int i = 0; i < Frames; i++)
        {
            await client.SendAsync(choice, choice.Next(20) == 0 ? choice.Next(20000) : choice.Next(1472), isPartial: choice.Next(2) == 0);
        }

        for (int waits = 0; client.Outstanding > 0; waits++)
        {
            Assert.True(waits < 10_000, $"{client.Outstanding} datagrams did not come back within 10 s.");
            await Task.Delay(TimeSpan.FromMilliseconds(1), bench.Guest.Scheduler.TimeProvider);
        }

        await device.DisposeAsync();
        Assert.True((await listening).IsSuccess);
    }

    private static async Task CopyBlocksAsync(NetBench bench)
    {
        DevicePaths paths = await bench.Toolstack.AddAsync(
            new BlockDeviceConfiguration { Guest = bench.Guest.Id, VirtualDevice = 51712, Params = "memory" });
        using var stop = new CancellationTokenSource();
        Task<XenbusEnd> serving = ServeDisk(bench.Simulation.Dom0, paths.Backend, stop.Token);
        await using (BlkfrontDevice disk = await BlkfrontDevice.OpenAsync(bench.Guest.Ports, paths.Frontend))
        {
            byte[] written = new byte[disk.Info.SizeBytes];
            new SeededChoice(13).Fill(written);
            (await disk.WriteAsync(0, written)).ThrowIfFailed();
            (await disk.FlushAsync()).ThrowIfFailed();
            byte[] read = new byte[written.Length];
            (await disk.ReadAsync(0, read)).ThrowIfFailed();
            Assert.True(written.AsSpan().SequenceEqual(read), "What was read is not what was written.");
        }

        stop.Cancel();
        await serving;
    }

    private static async Task<XenbusEnd> ServeDisk(SimulatedDomain dom0, string path, CancellationToken cancellationToken)
    {
        XenbusEnd? end = null;
        await dom0.RunAsync(async () =>
        {
            using MemoryBlockStore store = MemoryBlockStore.Allocate(dom0.Grants, DiskPages);
            end = await new BlkbackDevice(dom0.Ports, path, store).ServeAsync(cancellationToken);
        });
        return end!;
    }
}
