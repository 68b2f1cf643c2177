using Microsoft.Extensions.Logging;

namespace Xen.Hosting;

/// <summary>
/// Runs a .NET program as a Xen guest. The host is the simulation unless <c>--host</c>, <see cref="GuestSettings.Host"/> or the environment
/// variable <c>XENSTACK_HOST</c> names another one; it is never guessed, because on a real guest it takes over real devices.
/// </summary>
/// <remarks>
/// Order of the end: the main task → exit hooks, last-in first-out, on the live guest → what the guest owns closes, in reverse → the console
/// drains → the host carries the exit out. A main task that fails goes the same way, is reported, and then crashes the domain, so that
/// <c>on_crash</c> acts. Any other unhandled exception runs no hook: it is reported and the guest crashes where it stands. A crash on the
/// simulation is a <see cref="Simulation.GuestCrashedException"/>; on Linux the process aborts.
/// </remarks>
public static class XenGuest
{
    /// <summary>The environment variable that names the host.</summary>
    public const string HostVariable = "XENSTACK_HOST";

    /// <summary>What the host options mean, one a line, for a program's own <c>--help</c>.</summary>
    public const string OptionsHelp = """
          --host NAME     simulation (the default) or linux (user-mode drivers over /dev/xen); XENSTACK_HOST does the same
          --seed N        the simulation's seed; refused with another host
          --log RULES     what is logged: LEVEL, or CATEGORY:LEVEL with commas between
        """;

    private static readonly List<IGuestHost> Hosts = [new SimulationHost(), new LinuxHost()];

    /// <summary>Runs a guest until its main task has ended.</summary>
    /// <param name="args">The command line: host options (<c>--host</c>, <c>--seed</c>, <c>--log</c>) and the program's own words.</param>
    /// <param name="main">The main task.</param>
    /// <param name="settings">How; <see langword="null"/> for the defaults.</param>
    /// <returns>The exit code for the process: 0, the program's own, 75 for a reboot, 64 for a command line that cannot be understood, 69 when the host cannot start a guest; what is wrong is on the error stream.</returns>
    /// <exception cref="Simulation.GuestCrashedException">On the simulation: the guest crashed.</exception>
    public static Task<int> RunAsync(IReadOnlyList<string> args, Func<Guest, Task> main, GuestSettings? settings = null) =>
        RunAsync(args, main, settings, Hosts);

    internal static Task<int> RunAsync(IReadOnlyList<string> args, Func<Guest, Task> main, GuestSettings? settings, List<IGuestHost> hosts)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(main);
        HostArguments? arguments = HostArguments.TryParse(args, out string error);
        if (arguments is null)
        {
            return Task.FromResult(Refuse(settings, error, GuestExit.UsageCode));
        }

        GuestSettings effective = Merge(settings ?? new GuestSettings(), arguments);
        IGuestHost? host = hosts.Find(known => known.Name == effective.Host);
        if (host is null)
        {
            string known = string.Join(" or ", hosts.Select(known => known.Name));
            return Task.FromResult(Refuse(settings, $"There is no host '{effective.Host}': expected {known}.", GuestExit.UsageCode));
        }

        if (arguments.Seed is not null && host.Name != SimulationHost.HostName)
        {
            return Task.FromResult(Refuse(settings, $"--seed is for the simulation: the {host.Name} host has its own world.", GuestExit.UsageCode));
        }

        try
        {
            // Synchronous on purpose: the host pumps the guest's run queue on this thread until the guest has ended.
            return Task.FromResult(host.Run(effective, ports => LiveAsync(new Guest(host.Name, ports, arguments.Rest), main, effective)));
        }
        catch (GuestStartException exception)
        {
            return Task.FromResult(Refuse(settings, exception.Message, GuestExit.UnavailableCode));
        }
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
        GuestExit exit = await MainAsync(guest, main);
        await guest.Hooks.RunExitHooksAsync(guest.TimeProvider, settings.ExitDeadline, logger);
        await guest.CloseAsync(settings.ExitDeadline, logger);
        guest.Scheduler.DispatchObserver = null;
        return exit;
    }

    private static async Task<GuestExit> MainAsync(Guest guest, Func<Guest, Task> main)
    {
        try
        {
            await main(guest);
            return guest.Exit;
        }
        catch (Exception exception)
        {
            // Not swallowed: the guest crashes with it, after its hooks. Everything that is not the main task is not caught at all.
            return GuestExit.Crash(exception);
        }
    }

    private static int Refuse(GuestSettings? settings, string error, int code)
    {
        Console.Error.WriteLine(settings?.ProgramName is { } name ? $"{name}: {error}" : error);
        return code;
    }
}
