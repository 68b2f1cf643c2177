using Xen.Devices;
using Xen.Grants;
using Xen.Netfront;
using Xen.Platform;
using Xen.Simulation;
using Xen.Simulation.Choices;
using Xen.Store;

namespace Xen.Checks.Net;

/// <summary>Interfaces of a guest that runs short.</summary>
public static class NetBudgetChecks
{
    // Two rings, one frame of the largest size to send, and what must be there to receive.
    private const int SmallestInterface = 2 + 18 + 64;
    private const int MaxInterfaces = 40;

    /// <summary>
    /// R8: as long as the guest's page budget has room for the smallest interface, another one opens, with fewer pages; the one too many is refused by
    /// name; in the end every page is back.
    /// </summary>
    public static void InterfacesShareTheBudget(IChoice choice)
    {
        var options = new SimulationOptions { Choice = choice, PageBudget = 60 + choice.Next(900) };
        NetBench.RunCheck(options, async bench =>
        {
            PageBudget budget = bench.Guest.Grants.Budget;
            int before = budget.UsedPages;
            var opened = new List<(NetfrontDevice Device, HostileBackend Back)>();
            while (await TryOpenAsync(bench, opened, choice))
            {
                Expect.That(opened.Count < MaxInterfaces, "Interfaces open without end.");
            }

            Expect.That(budget.AvailablePages < SmallestInterface, $"With {budget} in use the next interface was refused.");
            foreach ((NetfrontDevice device, HostileBackend back) in opened)
            {
                Expect.That(device.TryReserve(60, out TransmitFrame frame) && frame.Send().IsSuccess, "An interface with few pages sends nothing.");
                await Task.Delay(TimeSpan.FromMilliseconds(1), bench.Guest.Scheduler.TimeProvider);
                await bench.OnDom0Async(back.AnswerTransmitRight);
                await bench.OnDom0Async(back.CloseAsync);
                await device.DisposeAsync();
            }

            Expect.Equal(before, budget.UsedPages, "pages of the budget in use in the end (R8)");
        });
    }

    private static async Task<bool> TryOpenAsync(NetBench bench, List<(NetfrontDevice Device, HostileBackend Back)> opened, IChoice choice)
    {
        DevicePaths paths = await bench.AddInterfaceAsync((uint)opened.Count + 1);
        var back = new HostileBackend(bench.Simulation.Dom0, bench.Guest, paths, choice);
        _ = bench.Simulation.Dom0.RunAsync(back.ConnectAsync);
        var options = new NetfrontOptions { UseSingleEventChannel = true, TransmitPages = 18 + choice.Next(239), ReceivePages = 64 + choice.Next(448) };
        GrantCapacity before = bench.Guest.Grants.Capacity;
        try
        {
            opened.Add((await NetfrontDevice.OpenAsync(bench.Guest.Ports, paths.Frontend, options), back));
            return true;
        }
        catch (XenException refusal)
        {
            Expect.That(refusal.Message.Contains("budget", StringComparison.Ordinal), $"The refusal does not name what is short: {refusal.Message}");
            Expect.Equal(before.InUse, bench.Guest.Grants.Capacity.InUse, "references in use after a refusal");
            return false;
        }
    }
}
