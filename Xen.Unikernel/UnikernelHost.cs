using System.Globalization;
using Microsoft.Extensions.Logging;
using Xen.Events;
using Xen.Grants;
using Xen.Hosting;
using Xen.Platform;
using Xen.Platform.Abi;
using Xen.Store;

namespace Xen.Unikernel;

/// <summary>
/// Bare metal: the program is the domain. Its exit ends the domain with the reason that the exit asks for.
/// </summary>
public sealed class UnikernelHost : IGuestHost
{
    /// <summary>Part of what is not promised yet that devices may use for rings and buffers, as a divisor.</summary>
    private const ulong PageBudgetShare = 4;

    /// <inheritdoc />
    public string Name => "unikernel";

    /// <inheritdoc />
    public int Run(GuestSettings settings, Func<GuestPorts, Task<GuestExit>> body)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(body);
        LayerInfo info = ReadInfo();
        if (info.IsXen == 0)
        {
            throw new GuestStartException("This machine is no Xen guest: there is no xenstore, and there are no devices.");
        }

        ulong start = Layer.Now();
        var loggers = new GuestLoggers(settings, null, null, () => TimeSpan.FromTicks((long)((Layer.Now() - start) / 100)));
        var driver = new UnikernelDriver();
        var hypervisor = new UnikernelHypervisor(info);
        driver.Attach(hypervisor);
#pragma warning disable RS0030 // The layer's clock stands below it.
        var queue = new GuestRunQueue(TimeProvider.System, driver);
#pragma warning restore RS0030
        GuestExit exit = GuestExit.PowerOff();
        try
        {
            queue.Run(async () => exit = await LiveAsync(hypervisor, queue, loggers.Factory, body));
        }
        catch (Exception exception) when (Crash(loggers, exception))
        {
            // Never here: the filter ends the domain where the exception was thrown, before anything below is unwound.
        }

        if (exit.Exception is { } fault)
        {
            loggers.Crash(Log.MainFailed, fault);
            Layer.Shutdown((uint)ShutdownReason.Crash);
        }

        loggers.Drain(settings.ExitDeadline);
        Layer.Shutdown((uint)(exit.Kind == GuestExitKind.Reboot ? ShutdownReason.Reboot : ShutdownReason.Poweroff));
        return exit.Code;
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

    private static async Task<GuestExit> LiveAsync(
        UnikernelHypervisor hypervisor, GuestRunQueue queue, ILoggerFactory loggerFactory, Func<GuestPorts, Task<GuestExit>> body)
    {
        var lifecycle = new UnikernelLifecycle();
        LayerCounters counters = ReadCounters();
        var budget = new PageBudget((int)((counters.CommitLimitPages - counters.CommittedPages) / PageBudgetShare));
        var events = new GuestEventChannels(hypervisor, queue, lifecycle);
        var grants = new GuestGrantTable(hypervisor, queue, lifecycle, budget);
        await using XenStoreClient store = ConnectStore(hypervisor, events, queue, loggerFactory);
        string id = await store.ReadTextAsync("domid");
        var ports = new XenbusPorts(store, events, grants, queue, loggerFactory);
        return await body(new GuestPorts(new DomainId(ushort.Parse(id, CultureInfo.InvariantCulture)), ports, static (_, _) => default) { OwnsDomain = true });
    }

    private static unsafe XenStoreClient ConnectStore(
        UnikernelHypervisor hypervisor, GuestEventChannels events, GuestRunQueue queue, ILoggerFactory loggerFactory)
    {
        byte* page = UnikernelHypervisor.ShowFrame(hypervisor.GetHvmParam(HvmParam.StorePfn));
        EventPort port = events.Adopt((uint)hypervisor.GetHvmParam(HvmParam.StoreEvtchn));
        return new XenStoreClient(new RingStoreTransport(page, port, events, queue), queue, loggerFactory);
    }

    private static bool Crash(GuestLoggers loggers, Exception exception)
    {
        loggers.Crash(Log.Unhandled, exception);
        Layer.Shutdown((uint)ShutdownReason.Crash);
        return true;
    }
}
