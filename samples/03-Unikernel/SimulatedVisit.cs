using Xen.Hosting;
using Xen.Simulation;
using Xen.Store;

namespace Unikernel;

/// <summary>
/// What domain 0 does when this program runs in the simulation, as somebody with <c>xl</c> would: it attaches an interface and a disk, tries them
/// out, takes them away, and asks the guest to stop.
/// </summary>
internal static class SimulatedVisit
{
    public static SimulatedWorld World => new()
    {
        Name = "unikernel",
        Disks = [new SimulatedDisk { Name = "xvda" }],
        Toolstack = RunAsync,
    };

    public static string HomeOf(SimulatedDomain guest) => $"/local/domain/{guest.Id.Value}";

    private static async Task RunAsync(SimulatedDomain guest)
    {
        if (!await IsServingAsync(guest))
        {
            return;
        }

        try
        {
            await InterfaceVisit.RunAsync(guest);
            await DiskVisit.RunAsync(guest);
        }
        finally
        {
            // Also when something was not as expected: the run ends with the guest.
            Console.WriteLine("dom0     asks the guest to power off");
            await guest.RequestShutdownAsync("poweroff");
        }
    }

    // A guest that was told to leave at once never says so.
    private static async Task<bool> IsServingAsync(SimulatedDomain guest)
    {
        using var ended = new CancellationTokenSource();
        XenStoreClient store = guest.Simulation.Store;
        Task serving = store.WaitForAsync(StorePath.Combine(HomeOf(guest), Services.ServingKey), value => value == "1", ended.Token).AsTask();
        await Task.WhenAny(serving, guest.Ended);
        ended.Cancel();
        try
        {
            await serving;
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
