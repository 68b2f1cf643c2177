using Xen.Blkback;
using Xen.Blkfront;
using Xen.Checks.Blk;
using Xen.Devices;
using Xen.Simulation;
using Xen.Store;

namespace Xen.Floor3.Tests.Blkfront;

public class BlockReconnectTests
{
    private const int Pages = 64;

    [Fact]
    public void A_back_end_serves_once_at_a_time()
    {
        using var bench = new BlkBench(seed: 1);
        bench.Run(running => running.OnDom0Async(async () =>
        {
            using MemoryBlockStore memory = MemoryBlockStore.Allocate(running.Dom0.Grants, Pages);
            var back = new BlkbackDevice(running.Dom0.Ports, running.Paths.Backend, memory);
            using var end = new CancellationTokenSource();
            Task<XenbusEnd> serving = back.ServeAsync(end.Token);
            Task<XenbusEnd> twice = back.ServeAsync(end.Token);
            Assert.True(twice.IsFaulted, "at once, before it reads the node");
            await Task.Yield();
            end.Cancel();
            await serving;
            InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(() => twice);
            Assert.Contains($"{running.Paths.Backend} is served already", refused.Message, StringComparison.Ordinal);

            // Again, once it has ended.
            using var again = new CancellationTokenSource();
            serving = back.ServeAsync(again.Token);
            await Task.Yield();
            Assert.False(serving.IsCompleted);
            again.Cancel();
            return await serving;
        }));
    }

    // Seen on a real xen-blkback: it found the order of the longer ring, took sixteen old references for it, and answered nobody.
    [Fact]
    public void A_shorter_ring_after_a_longer_one_is_served()
    {
        using var simulation = new Xen.Simulation.Simulation(new SimulationOptions { Seed = 1, PagesPerDomain = 2048 });
        simulation.Run(async () =>
        {
            SimulatedDomain guest = simulation.CreateDomain("guest");
            DevicePaths paths = await new DeviceToolstack(simulation.Store, simulation.TimeProvider).AddAsync(
                new BlockDeviceConfiguration { Guest = guest.Id, VirtualDevice = 51712, Params = "memory" });
            using MemoryBlockStore memory = MemoryBlockStore.Allocate(simulation.Dom0.Ports.Grants, Pages);
            var back = new BlkbackDevice(simulation.Dom0.Ports, paths.Backend, memory);
            using var end = new CancellationTokenSource();
            Task<XenbusEnd> serving = back.ServeAsync(end.Token);
            foreach (uint order in (uint[])[4, 0, 2, 0])
            {
                await using BlkfrontDevice device = await BlkfrontDevice.OpenAsync(
                    guest.Ports, paths.Frontend, new BlkfrontOptions { RingPageOrder = order });
                byte[] written = [.. Enumerable.Range(0, 4096).Select(i => (byte)(i + order))];
                byte[] read = new byte[written.Length];
                Task<DeviceResult> write = device.WriteAsync(8, written).AsTask();
                Assert.True((await write.WaitAsync(TimeSpan.FromSeconds(10), simulation.TimeProvider)).IsSuccess);
                Assert.True((await device.ReadAsync(8, read)).IsSuccess);
                Assert.Equal(written, read);
            }

            end.Cancel();
            await serving;
        });
    }
}
