using Xen.Blkback;
using Xen.Devices;
using Xen.Hosting;
using Xen.Netback;
using Xen.Platform;
using Xen.Simulation;
using Xen.Store;

namespace Xen.Hosts.Tests.Hosting;

/// <summary>The guest's devices as they come and go at run time, with a toolstack that adds and removes them.</summary>
public sealed class GuestDevicesTests : IDisposable
{
    private readonly global::Xen.Simulation.Simulation _simulation = new();
    private readonly SimulatedDomain _domain;
    private readonly DeviceToolstack _toolstack;
    private readonly List<Task> _servers = [];
    private readonly List<IBlockStore> _stores = [];

    public GuestDevicesTests()
    {
        _domain = _simulation.CreateDomain("guest");
        _toolstack = new DeviceToolstack(_simulation.Store, _simulation.TimeProvider);
    }

    public void Dispose() => _simulation.Dispose();

    [Theory]
    [InlineData("51728")]
    [InlineData("xvdb")]
    [InlineData("#1")]
    [InlineData("device/vbd/51728")]
    [InlineData("/images/51728.img")]
    public void A_disk_is_opened_by_number_name_slot_node_or_what_it_serves(string selector) => Run(async guest =>
    {
        await AddDiskAsync(51712);
        await AddDiskAsync(51728);
        await using IBlockDevice disk = await guest.OpenBlockAsync(selector);
        Assert.Equal("device/vbd/51728", disk.Name);
    });

    [Fact]
    public void The_list_has_every_device_in_order_with_its_back_end_and_states() => Run(async guest =>
    {
        await AddDiskAsync(51728);
        await AddDiskAsync(51712);
        IReadOnlyList<XenDevice> disks = await guest.Devices.ListAsync("vbd");
        Assert.Equal([51712u, 51728u], disks.Select(disk => disk.Id));
        Assert.Equal(["xvda", "xvdb"], disks.Select(disk => disk.DiskName));
        Assert.All(disks, disk => Assert.Equal(DomainId.Zero, disk.Backend));
        Assert.All(disks, disk => Assert.Equal($"/local/domain/0/backend/vbd/{_domain.Id.Value}/{disk.Id}", disk.BackendPath));
        Assert.Empty(await guest.Devices.ListAsync("vif"));
    });

    [Theory]
    [InlineData("xvdc", "51712 (xvda)")]
    [InlineData("#7", "51712 (xvda)")]
    [InlineData("#", "51712 (xvda)")]
    [InlineData("99999999999", "51712 (xvda)")]
    public void A_disk_that_is_not_there_is_an_error_that_names_those_that_are(string selector, string expected) => Run(async guest =>
    {
        await AddDiskAsync(51712);
        XenException missing = await Assert.ThrowsAsync<XenException>(() => guest.OpenBlockAsync(selector));
        Assert.Equal(XenErrno.ENODEV, missing.ErrorCode);
        Assert.Contains($"open vbd {selector}", missing.Message, StringComparison.Ordinal);
        Assert.Contains(expected, missing.Message, StringComparison.Ordinal);
    });

    [Fact]
    public void Arrivals_and_removals_come_as_a_stream() => Run(async guest =>
    {
        await AddDiskAsync(51712);
        await using XenDeviceWatch watch = await guest.Devices.WatchAsync("vbd");
        Assert.Equal(new XenDeviceChange(XenDeviceChangeKind.Arrived, "vbd", 51712), await watch.WaitAsync());

        ValueTask<XenDeviceChange> arrival = watch.WaitAsync();
        DevicePaths second = await AddDiskAsync(51728);
        Assert.Equal(new XenDeviceChange(XenDeviceChangeKind.Arrived, "vbd", 51728), await arrival);
        await using (IBlockDevice disk = await guest.OpenBlockAsync("xvdb"))
        {
            Assert.True((await disk.WriteAsync(0, new byte[4096])).IsSuccess);
        }

        ValueTask<XenDeviceChange> removal = watch.WaitAsync();
        Assert.True(await InDom0Async(() => _toolstack.RemoveAsync(second, TimeSpan.FromSeconds(5)).AsTask()));
        Assert.Equal(new XenDeviceChange(XenDeviceChangeKind.Removed, "vbd", 51728), await removal);
        Assert.Equal([51712u], (await guest.Devices.ListAsync("vbd")).Select(disk => disk.Id));
    });

    [Fact]
    public void An_interface_arrives_is_used_and_goes() => Run(async guest =>
    {
        await using XenDeviceWatch watch = await guest.Devices.WatchAsync("vif");
        ValueTask<XenDeviceChange> arrival = watch.WaitAsync();
        DevicePaths paths = await AddInterfaceAsync(3);
        Assert.Equal(new XenDeviceChange(XenDeviceChangeKind.Arrived, "vif", 3), await arrival);
        INetworkDevice device = await guest.OpenNetworkAsync("3");
        Assert.Equal("00:16:3e:00:00:03", device.MacAddress.ToString());
        await device.DisposeAsync();
        await InDom0Async(() => _toolstack.RemoveAsync(paths, TimeSpan.FromSeconds(5)).AsTask());
        Assert.Equal(new XenDeviceChange(XenDeviceChangeKind.Removed, "vif", 3), await watch.WaitAsync());
    });

    [Fact]
    public void A_cancelled_wait_loses_no_arrival() => Run(async guest =>
    {
        await using XenDeviceWatch watch = await guest.Devices.WatchAsync("vbd");
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(1), guest.TimeProvider);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await watch.WaitAsync(end.Token));
        await AddDiskAsync(51712);
        Assert.Equal(new XenDeviceChange(XenDeviceChangeKind.Arrived, "vbd", 51712), await watch.WaitAsync());
    });

    private async Task<DevicePaths> AddDiskAsync(uint number)
    {
        DevicePaths paths = await InDom0Async(() => _toolstack.AddAsync(new BlockDeviceConfiguration
        {
            Guest = _domain.Id,
            VirtualDevice = number,
            Params = $"/images/{number}.img",
        }).AsTask());
        MemoryBlockStore store = MemoryBlockStore.Allocate(_simulation.Dom0.Grants, 16);
        _stores.Add(store);
        _servers.Add(InDom0Async(async () =>
        {
            await new BlkbackDevice(_simulation.Dom0.Ports, paths.Backend, store).ServeAsync();
            return true;
        }));
        return paths;
    }

    private async Task<DevicePaths> AddInterfaceAsync(uint handle)
    {
        DevicePaths paths = await InDom0Async(() => _toolstack.AddAsync(new NetworkDeviceConfiguration
        {
            Guest = _domain.Id,
            Handle = handle,
            Mac = $"00:16:3e:00:00:{handle:x2}",
        }).AsTask());
        _servers.Add(InDom0Async(async () =>
        {
            await NetbackServer.ServeAsync(_simulation.Dom0.Ports, paths.Backend, null, (device, end) => device.ListenAsync(_ => default, ListenOptions.Default, end));
            return true;
        }));
        return paths;
    }

    private async Task<T> InDom0Async<T>(Func<Task<T>> work)
    {
        T result = default!;
        await _simulation.Dom0.RunAsync(async () => result = await work());
        return result;
    }

    // The guest's task runs as the guest's own; the devices that are left are removed at the end, and nothing may leak.
    private void Run(Func<Guest, Task> main) => _simulation.Run(async () =>
    {
        var guest = new Guest("simulation", new GuestPorts(_domain.Id, _domain.Ports, (_, _) => default), []);
        await _domain.RunAsync(() => main(guest));
        foreach (string type in new[] { "vbd", "vif" })
        {
            foreach (XenDevice device in await guest.Devices.ListAsync(type))
            {
                await _toolstack.RemoveAsync(
                    new DevicePaths($"/local/domain/{_domain.Id.Value}/{device.Path}", device.BackendPath), TimeSpan.FromSeconds(5));
            }
        }

        await Task.WhenAll(_servers);
        _stores.ForEach(store => store.Dispose());
        Assert.Empty(_simulation.Leaks());
    });
}
