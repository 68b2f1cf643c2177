using Microsoft.Extensions.Logging;
using Xen.Events;
using Xen.Grants;
using Xen.Hosting;
using Xen.Platform;
using Xen.Platform.Abi;
using Xen.Store;

namespace Xen.Unikernel;

/// <summary>The domain's ports, opened and closed around its life.</summary>
internal static class UnikernelDomain
{
    // Devices may use this part of the memory that is not promised yet for rings and buffers.
    private const ulong PageBudgetDivisor = 4;

    public static async Task LiveAsync(
        UnikernelHypervisor hypervisor, UnikernelDriver driver, GuestRunQueue queue, ILoggerFactory loggerFactory, EventAbi eventAbi,
        Func<GuestPorts, UnikernelGuestConsole, Task> life)
    {
        var lifecycle = new UnikernelLifecycle();
        var budget = new PageBudget((int)(LayerCounters.Read().AvailablePages / PageBudgetDivisor));
        var events = new GuestEventChannels(hypervisor, queue, lifecycle, eventAbi);
        var grants = new GuestGrantTable(hypervisor, queue, lifecycle, budget);
        await using XenStoreClient store = ConnectStore(hypervisor, events, queue, loggerFactory);
        DomainId id = await store.ReadDomainIdAsync();
        var ports = new XenbusPorts(store, events, grants, queue, loggerFactory);
        var console = new UnikernelGuestConsole(events, queue, lifecycle, driver, loggerFactory);
        await life(new GuestPorts(id, ports, static (_, _) => default) { OwnsDomain = true, Boot = UnikernelBoot.Read(), Console = console }, console);
    }

    private static unsafe XenStoreClient ConnectStore(
        UnikernelHypervisor hypervisor, GuestEventChannels events, GuestRunQueue queue, ILoggerFactory loggerFactory)
    {
        byte* page = UnikernelHypervisor.ShowFrame(hypervisor.GetHvmParam(HvmParam.StorePfn));
        EventPort port = events.Adopt((uint)hypervisor.GetHvmParam(HvmParam.StoreEvtchn));
        return new XenStoreClient(new RingStoreTransport(page, port, events, queue), queue, loggerFactory);
    }
}
