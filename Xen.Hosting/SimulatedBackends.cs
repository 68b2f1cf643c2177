using Xen.Blkback;
using Xen.Devices.Packets;
using Xen.Grants;
using Xen.Netback;
using Xen.Platform;
using Xen.Simulation;
using Xen.Store;

namespace Xen.Hosting;

/// <summary>The control domain of a simulated guest: writes the device nodes as a toolstack does and runs the back ends.</summary>
internal sealed class SimulatedBackends(Simulation.Simulation simulation, SimulatedDomain guest)
{
    private static readonly TimeSpan RemovalTimeout = TimeSpan.FromSeconds(5);

    private readonly DeviceToolstack _toolstack = new(simulation.Store, simulation.TimeProvider);
    private readonly List<DevicePaths> _devices = [];
    private readonly List<Task> _servers = [];
    private readonly List<IDisposable> _stores = [];

    /// <exception cref="GuestStartException">A device of the world cannot be made; nothing of it stays open.</exception>
    public async Task StartAsync(SimulatedWorld world)
    {
        try
        {
            await AddDevicesAsync(world);
        }
        catch (XenException exception)
        {
            _stores.ForEach(store => store.Dispose());
            throw new GuestStartException(exception.Message, exception);
        }
    }

    public async Task StopAsync()
    {
        foreach (DevicePaths device in _devices)
        {
            await _toolstack.RemoveAsync(device, RemovalTimeout);
        }

        await Task.WhenAll(_servers);
        _stores.ForEach(store => store.Dispose());
        await simulation.Store.DisposeAsync();
    }

    private async Task AddDevicesAsync(SimulatedWorld world)
    {
        foreach (SimulatedDisk disk in world.Disks)
        {
            await AddDiskAsync(disk);
        }

        for (int i = 0; i < world.Interfaces.Count; i++)
        {
            await AddInterfaceAsync((uint)i, world.Interfaces[i]);
        }
    }

    private async Task AddDiskAsync(SimulatedDisk disk)
    {
        if (!DiskName.TryParse(disk.Name, out uint number))
        {
            throw new XenException(XenErrno.EINVAL, $"add disk '{disk.Name}'", "expected a name such as xvda or xvdb");
        }

        IBlockStore store = OpenStore(disk);
        _stores.Add(store);
        DevicePaths paths = await _toolstack.AddAsync(new BlockDeviceConfiguration
        {
            Guest = guest.Id,
            VirtualDevice = number,
            Params = disk.ImagePath ?? "memory",
            IsReadOnly = disk.IsReadOnly,
        });
        _devices.Add(paths);
        _servers.Add(new BlkbackDevice(simulation.Dom0.Ports, paths.Backend, store).ServeAsync());
    }

    private IBlockStore OpenStore(SimulatedDisk disk)
    {
        if (disk.ImagePath is { } path)
        {
            return disk.IsReadOnly ? FileBlockStore.OpenReadOnly(path, disk.SectorSize) : FileBlockStore.Open(path, disk.SectorSize);
        }

        int pages = checked((int)((disk.SizeBytes + GrantedPages.PageSize - 1) / GrantedPages.PageSize));
        return disk.IsReadOnly
            ? MemoryBlockStore.AllocateReadOnly(simulation.Dom0.Grants, pages, disk.SectorSize)
            : MemoryBlockStore.Allocate(simulation.Dom0.Grants, pages, disk.SectorSize);
    }

    private async Task AddInterfaceAsync(uint handle, SimulatedInterface vif)
    {
        DevicePaths paths = await _toolstack.AddAsync(new NetworkDeviceConfiguration
        {
            Guest = guest.Id,
            Handle = handle,
            Mac = vif.Mac ?? $"00:16:3e:00:00:{handle + 1:x2}",
        });
        _devices.Add(paths);
        _servers.Add(NetbackServer.ServeAsync(
            simulation.Dom0.Ports, paths.Backend, null, (device, end) => new LoopbackResponder(device, vif.PeerAddress, 24).RunAsync(end)));
    }
}
