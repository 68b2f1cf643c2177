using Xen.Blkback;
using Xen.Blkfront;
using Xen.Devices;
using Xen.Simulation;
using Xen.Store;

namespace Xen.Checks.Allocation;

/// <summary>A simulation with one guest and one disk in memory.</summary>
public sealed class BlockBench : IDisposable
{
    private const uint Xvda = 51712;

    private readonly CancellationTokenSource _stopServing = new();
    private readonly int _pageCount;

    public BlockBench(SimulationOptions options, int pageCount)
    {
        _pageCount = pageCount;
        Simulation = new Simulation.Simulation(options);
        Guest = Simulation.CreateDomain("guest");
    }

    public Simulation.Simulation Simulation { get; }

    public SimulatedDomain Guest { get; }

    /// <summary>The back end, once there is one.</summary>
    public BlkbackDevice? Back { get; private set; }

    /// <summary>Runs a program as the guest's, with the disk open.</summary>
    public void Run(Func<IBlockDevice, Task> program, BlkfrontOptions? options = null) => Simulation.Run(async () =>
    {
        var toolstack = new DeviceToolstack(Simulation.Store, Simulation.TimeProvider);
        DevicePaths paths = await toolstack.AddAsync(
            new BlockDeviceConfiguration { Guest = Guest.Id, VirtualDevice = Xvda, Params = "memory" });
        using IBlockStore store = MemoryBlockStore.Allocate(Simulation.Dom0.Grants, _pageCount);
        Back = new BlkbackDevice(Simulation.Dom0.Ports, paths.Backend, store);
        Task serving = Simulation.Dom0.RunAsync(() => Back.ServeAsync(_stopServing.Token));
        await Guest.RunAsync(async () =>
        {
            await using BlkfrontDevice disk = await BlkfrontDevice.OpenAsync(Guest.Ports, paths.Frontend, options);
            await program(disk);
        });
        _stopServing.Cancel();
        await serving;
        Expect.Equal(0, Simulation.Leaks().Count, "leaks");
    });

    public void Dispose()
    {
        Simulation.Dispose();
        _stopServing.Dispose();
    }
}
