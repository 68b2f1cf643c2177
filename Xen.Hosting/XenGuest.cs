using Microsoft.Extensions.Logging;

namespace Xen.Hosting;

/// <summary>
/// Runs a .NET program as a Xen guest. The host is the simulation unless <c>--host</c>, <see cref="GuestSettings.Host"/> or the environment
/// variable <c>XENSTACK_HOST</c> names another one; it is never guessed, because on a real guest it takes over real devices.
/// </summary>
/// <remarks>
/// Order of the end: the main task → exit hooks, last-in first-out, on the live guest → what the guest owns closes, in reverse → the log is
/// flushed → the host carries the exit out. A main task that fails goes the same way and then crashes the domain, so that
/// <c>on_crash</c> acts. Any other unhandled exception runs no hook and ends the guest where it stands.
/// </remarks>
public static class XenGuest
{
    /// <summary>The environment variable that names the host.</summary>
    public const string HostVariable = "XENSTACK_HOST";

    private static readonly List<IGuestHost> Hosts = [new SimulationHost(), new LinuxHost()];

    /// <summary>Runs a guest until its main task has ended.</summary>
    /// <param name="args">The command line: host options (<c>--host</c>, <c>--seed</c>, <c>--log</c>) and the program's own words.</param>
    /// <param name="main">The main task.</param>
    /// <param name="settings">How; <see langword="null"/> for the defaults.</param>
    /// <returns>The exit code for the process: 0, the program's own, 75 for a reboot, 64 for a command line that cannot be understood.</returns>
    public static Task<int> RunAsync(IReadOnlyList<string> args, Func<Guest, Task> main, GuestSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(main);
        HostArguments? arguments = HostArguments.TryParse(args, out string error);
        if (arguments is null)
        {
            return Task.FromResult(Refuse(error));
        }

        GuestSettings effective = Merge(settings ?? new GuestSettings(), arguments);
        IGuestHost? host = Hosts.Find(known => known.Name == effective.Host);
        if (host is null)
        {
            return Task.FromResult(Refuse($"There is no host '{effective.Host}': expected {string.Join(" or ", Hosts.Select(known => known.Name))}."));
        }

        // Synchronous on purpose: the host pumps the guest's run queue on this thread until the guest has ended.
        return Task.FromResult(host.Run(effective, ports => LiveAsync(new Guest(host.Name, ports, arguments.Rest), main, effective)));
    }

    private static GuestSettings Merge(GuestSettings settings, HostArguments arguments) => settings with
    {
        Host = arguments.Host ?? settings.Host ?? Environment.GetEnvironmentVariable(HostVariable) ?? SimulationHost.HostName,
        LogThresholds = arguments.Thresholds ?? settings.LogThresholds,
        World = settings.World with { Seed = arguments.Seed ?? settings.World.Seed },
    };

    private static async Task<GuestExit> LiveAsync(Guest guest, Func<Guest, Task> main, GuestSettings settings)
    {
        ILogger logger = guest.LoggerFactory.CreateLogger("Xen.Hosting");
        Log.GuestUp(logger, guest.Id.ToString(), guest.HostName);
        guest.Scheduler.DispatchObserver = guest.Hooks;
        GuestExit exit = await MainAsync(guest, main, logger);
        await guest.Hooks.RunExitHooksAsync(guest.TimeProvider, settings.ExitDeadline, logger);
        await guest.CloseAsync(settings.ExitDeadline, logger);
        guest.Scheduler.DispatchObserver = null;
        return exit;
    }

    private static async Task<GuestExit> MainAsync(Guest guest, Func<Guest, Task> main, ILogger logger)
    {
        try
        {
            await main(guest);
            return guest.Exit;
        }
        catch (Exception exception)
        {
            // Not swallowed: the guest crashes with it, after its hooks. Everything that is not the main task is not caught at all.
            Log.MainFailed(logger, exception);
            return GuestExit.Crash(exception);
        }
    }

    private static int Refuse(string error)
    {
        Console.Error.WriteLine(error);
        return GuestExit.UsageCode;
    }
}
