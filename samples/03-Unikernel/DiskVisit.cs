using Xen.Blkback;
using Xen.Simulation;
using Xen.Store;

namespace Unikernel;

/// <summary>Domain 0 of the simulation attaches a disk, has the guest write and verify it, compares its content, and detaches it.</summary>
internal static class DiskVisit
{
    private const uint Xvdb = 51728;
    private const int Mebibytes = 4;
    private const int Pages = Mebibytes << 20 >> 12;
    private const ulong Seed = 7;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(SimulatedDomain guest)
    {
        Simulation simulation = guest.Simulation;
        var toolstack = new DeviceToolstack(simulation.Store, simulation.TimeProvider);
        DevicePaths vbd = await toolstack.AddAsync(new BlockDeviceConfiguration { Guest = guest.Id, VirtualDevice = Xvdb, Params = "memory" });
        using MemoryBlockStore store = MemoryBlockStore.Allocate(simulation.Dom0.Grants, Pages);
        Task serving = new BlkbackDevice(simulation.Dom0.Ports, vbd.Backend, store).ServeAsync();
        await simulation.Store.WaitForAsync(StorePath.Combine(SimulatedVisit.HomeOf(guest), "data/vbd/xvdb"), size => size is not null);
        await AskAsync(guest, $"write xvdb {Seed} {Mebibytes}");
        int difference = SeededData.Difference(store.Bytes, Seed, 0);
        Console.WriteLine(difference < 0 ? $"dom0     the disk holds the {Mebibytes} MiB of seed {Seed}" : throw new InvalidDataException($"The disk differs at byte {difference}."));
        await AskAsync(guest, $"verify xvdb {Seed} {Mebibytes}");
        await toolstack.RemoveAsync(vbd, Timeout);
        await serving;
    }

    private static async Task AskAsync(SimulatedDomain guest, string command)
    {
        XenStoreClient store = guest.Simulation.Store;
        string home = SimulatedVisit.HomeOf(guest);
        await store.WriteAsync(StorePath.Combine(home, CommandService.CommandKey), command);
        await store.WaitForAsync(StorePath.Combine(home, CommandService.CommandKey), value => value == "");
        string answer = await store.ReadTextAsync(StorePath.Combine(home, CommandService.AnswerKey));
        Console.WriteLine($"dom0     {answer}");
        if (!answer.StartsWith("ok ", StringComparison.Ordinal))
        {
            throw new InvalidDataException($"'{command}': {answer}");
        }
    }
}
