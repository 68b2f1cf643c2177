using Microsoft.Extensions.Logging;
using Xen.Hosting;

namespace Unikernel;

/// <summary>The guest's main task: a report, then everything that it serves.</summary>
internal static class Services
{
    /// <summary>The guest writes 1 here once it serves.</summary>
    public const string ServingKey = "data/serving";

    public static async Task RunAsync(Guest guest)
    {
        if (guest.Arguments is ["--help" or "-h", ..])
        {
            Console.WriteLine($"unikernel: answers ARP, ping and UDP echo, and works on its disks, until it is asked to stop.\n{Options.Help}\n{XenGuest.OptionsHelp}");
            return;
        }

        if (Options.TryParse(guest.Arguments, out string error) is not { } options)
        {
            Console.Error.WriteLine($"unikernel: {error}");
            guest.Exit = GuestExit.PowerOff(GuestExit.UsageCode);
            return;
        }

        await StoreReport.RunAsync(guest);
        await (options.Exit is { } exit ? LeaveAsync(guest, exit) : ServeAsync(guest, options));
    }

    // What a main task throws crashes the guest, after its hooks: the toolstack's on_crash acts.
    private static Task LeaveAsync(Guest guest, GuestExit exit)
    {
        guest.Exit = exit;
        return exit.Exception is { } fault ? Task.FromException(fault) : Task.CompletedTask;
    }

    private static async Task ServeAsync(Guest guest, Options options)
    {
        ILogger logger = guest.LoggerFactory.CreateLogger("Unikernel");
        using var end = CancellationTokenSource.CreateLinkedTokenSource(guest.ShutdownRequested);
        var disks = new DiskService(guest, logger);
        var interfaces = new InterfaceService(guest, options, logger);
        Task[] services =
        [
            new DeviceWatcher(guest, "vbd", disks.ServeAsync, logger).RunAsync(end.Token),
            new DeviceWatcher(guest, "vif", interfaces.ServeAsync, logger).RunAsync(end.Token),
            new CommandService(guest, disks, logger).RunAsync(end.Token),
        ];
        await guest.Store.WriteAsync(ServingKey, "1", end.Token);

        // None of them ends before it is asked to, unless it fails: then the others must not keep the guest.
        await Task.WhenAny(services);
        end.Cancel();
        await Task.WhenAll(services);
    }
}
