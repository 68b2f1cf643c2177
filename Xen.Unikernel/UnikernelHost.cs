using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Xen.Events;
using Xen.Grants;
using Xen.Hosting;
using Xen.Platform;
using Xen.Platform.Abi;
using Xen.Store;

namespace Xen.Unikernel;

/// <summary>Bare metal: the program is the domain, and its exit is the domain's end. The build of an image registers it.</summary>
#pragma warning disable RS0030 // The layer's clock stands below the system's.
public sealed class UnikernelHost() : RealTimeHost(TimeProvider.System)
#pragma warning restore RS0030
{
    // Devices may use this part of the memory that is not promised yet for rings and buffers.
    private const ulong PageBudgetDivisor = 4;

    /// <inheritdoc />
    public override string Name => "unikernel";

    /// <inheritdoc />
    protected override void Open(ILoggerFactory loggerFactory, Func<GuestPorts, Task> life)
    {
        LayerInfo info = ReadInfo();
        if (info.IsXen == 0)
        {
            throw new XenException(XenErrno.ENODEV, "start as a guest", "this machine is not Xen's: there is no xenstore, and there are no devices");
        }

        var hypervisor = new UnikernelHypervisor(info);
#pragma warning disable RS0030
        var queue = new GuestRunQueue(TimeProvider.System, new UnikernelDriver(hypervisor));
#pragma warning restore RS0030
        queue.Run(() => LiveAsync(hypervisor, queue, loggerFactory, life));
    }

    /// <inheritdoc />
    protected override int Leave(GuestExit exit)
    {
        ArgumentNullException.ThrowIfNull(exit);
        Layer.Shutdown((uint)(exit.Kind == GuestExitKind.Reboot ? ShutdownReason.Reboot : ShutdownReason.Poweroff));
        return exit.Code;
    }

    /// <inheritdoc />
    [DoesNotReturn]
    protected override void Crash()
    {
        Layer.Shutdown((uint)ShutdownReason.Crash);
        throw new InvalidOperationException("Xen has not ended the domain.");
    }

    private static async Task LiveAsync(
        UnikernelHypervisor hypervisor, GuestRunQueue queue, ILoggerFactory loggerFactory, Func<GuestPorts, Task> life)
    {
        var lifecycle = new UnikernelLifecycle();
        LayerCounters counters = ReadCounters();
        var budget = new PageBudget((int)((counters.CommitLimitPages - counters.CommittedPages) / PageBudgetDivisor));
        var events = new GuestEventChannels(hypervisor, queue, lifecycle);
        var grants = new GuestGrantTable(hypervisor, queue, lifecycle, budget);
        await using XenStoreClient store = ConnectStore(hypervisor, events, queue, loggerFactory);
        string id = await store.ReadTextAsync("domid");
        var ports = new XenbusPorts(store, events, grants, queue, loggerFactory);
        await life(new GuestPorts(new DomainId(ushort.Parse(id, CultureInfo.InvariantCulture)), ports, static (_, _) => default) { OwnsDomain = true });
    }

    private static unsafe XenStoreClient ConnectStore(
        UnikernelHypervisor hypervisor, GuestEventChannels events, GuestRunQueue queue, ILoggerFactory loggerFactory)
    {
        byte* page = UnikernelHypervisor.ShowFrame(hypervisor.GetHvmParam(HvmParam.StorePfn));
        EventPort port = events.Adopt((uint)hypervisor.GetHvmParam(HvmParam.StoreEvtchn));
        return new XenStoreClient(new RingStoreTransport(page, port, events, queue), queue, loggerFactory);
    }

    private static unsafe LayerInfo ReadInfo()
    {
        LayerInfo info;
        Layer.GetInfo(&info);
        return info;
    }

    private static unsafe LayerCounters ReadCounters()
    {
        LayerCounters counters;
        Layer.GetCounters(&counters);
        return counters;
    }
}
