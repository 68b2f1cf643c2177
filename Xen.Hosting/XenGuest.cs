using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Xen.Hosting;

/// <summary>
/// Runs a .NET program as a Xen guest. The host is the simulation unless <c>--host</c>, <see cref="GuestSettings.Host"/> or the environment
/// variable <c>XENSTACK_HOST</c> names another one; it is never guessed, because on a real guest it takes over real devices.
/// </summary>
/// <remarks>
/// Order of the end: the main task, which a toolstack's request tells to end (<see cref="Guest.ShutdownRequested"/>) and waits for no longer than
/// <see cref="GuestSettings.ShutdownGrace"/> → exit hooks, last-in first-out, on the live guest → what the guest owns closes, in reverse → the console
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

    private static readonly List<IGuestHost> Registered = [];

    /// <summary>
    /// True in a bare-metal image: the host that was registered (<see cref="Register"/>) is then the only one, and simulation and Linux are trimmed
    /// from the image. The build of such an image sets the switch <c>Xen.Hosting.IsBareMetal</c>
    /// (<c>RuntimeHostConfigurationOption</c> with <c>Trim="true"</c>); nobody sets it at run time.
    /// </summary>
    [FeatureSwitchDefinition("Xen.Hosting.IsBareMetal")]
    public static bool IsBareMetal => AppContext.TryGetSwitch("Xen.Hosting.IsBareMetal", out bool isSet) && isSet;

    /// <summary>Adds a host, before <see cref="RunAsync(IReadOnlyList{string}, Func{Guest, Task}, GuestSettings?)"/>: what a package that brings one does. Adding it again changes nothing.</summary>
    /// <param name="host">The host.</param>
    /// <exception cref="ArgumentException">Another host has that name.</exception>
    public static void Register(IGuestHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        lock (Registered)
        {
            IGuestHost? known = KnownHosts().Find(known => known.Name == host.Name);
            if (known is null)
            {
                Registered.Add(host);
            }
            else if (known.GetType() != host.GetType())
            {
                throw new ArgumentException($"There is a host '{host.Name}' already: {known.GetType()}.", nameof(host));
            }
        }
    }

    /// <summary>Runs a guest until its main task has ended.</summary>
    /// <param name="args">The command line: host options (<c>--host</c>, <c>--seed</c>, <c>--log</c>) and the program's own words. In a bare-metal image it is the domain's.</param>
    /// <param name="main">The main task.</param>
    /// <param name="settings">How; <see langword="null"/> for the defaults.</param>
    /// <returns>The exit code for the process: 0, the program's own, 75 for a reboot, 64 for a command line that cannot be understood, 69 when the host cannot start a guest; what is wrong is on the error stream.</returns>
    /// <exception cref="Simulation.GuestCrashedException">On the simulation: the guest crashed.</exception>
    public static Task<int> RunAsync(IReadOnlyList<string> args, Func<Guest, Task> main, GuestSettings? settings = null) =>
        RunAsync(args, main, settings, KnownHosts());

    internal static Task<int> RunAsync(IReadOnlyList<string> args, Func<Guest, Task> main, GuestSettings? settings, List<IGuestHost> hosts)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(main);
        settings ??= new GuestSettings();
        try
        {
            // Synchronous on purpose: the host pumps the guest's run queue on this thread until the guest has ended.
            return Task.FromResult(IsBareMetal ? RunAlone(args, main, settings, hosts) : RunChosen(args, main, settings, hosts));
        }
        catch (GuestUsageException exception)
        {
            return Task.FromResult(Refuse(settings, exception.Message, GuestExit.UsageCode));
        }
        catch (GuestStartException exception)
        {
            return Task.FromResult(Refuse(settings, exception.Message, GuestExit.UnavailableCode));
        }
    }

    // What is only behind the switch is only in images that have it off: no field holds these hosts.
    private static List<IGuestHost> KnownHosts() => IsBareMetal ? Registered : [new SimulationHost(), new LinuxHost(), .. Registered];

    private static int RunChosen(IReadOnlyList<string> args, Func<Guest, Task> main, GuestSettings settings, List<IGuestHost> hosts)
    {
        HostArguments arguments = HostArguments.Parse(args);
        string name = arguments.Host ?? settings.Host ?? Environment.GetEnvironmentVariable(HostVariable) ?? SimulationHost.HostName;
        IGuestHost host = hosts.Find(known => known.Name == name) ?? throw new GuestUsageException(
            $"There is no host '{name}': expected {string.Join(" or ", hosts.Select(known => known.Name))}.");
        if (arguments.Seed is not null && host.Name != SimulationHost.HostName)
        {
            throw new GuestUsageException($"--seed is for the simulation: the {host.Name} host has its own world.");
        }

        return RunOn(host, arguments, main, settings with { World = settings.World with { Seed = arguments.Seed ?? settings.World.Seed } });
    }

    private static int RunAlone(IReadOnlyList<string> args, Func<Guest, Task> main, GuestSettings settings, List<IGuestHost> hosts)
    {
        IGuestHost host = hosts is [var only] ? only : throw new GuestStartException(
            $"A bare-metal image has one host, this one has {hosts.Count}: expected the project to reference Xen.Unikernel, which registers its own.");
        IReadOnlyList<string> words = host.ReadArguments(args);
        HostArguments arguments = HostArguments.Parse(words);
        if (arguments.Host is not null || arguments.Seed is not null)
        {
            string option = arguments.Host is not null ? "--host" : "--seed";
            throw new GuestUsageException($"{option} is not for this image: its host, '{host.Name}', was fixed when it was built.");
        }

        if (!words.TakeWhile(static word => word != "--").Contains("--help"))
        {
            return RunOn(host, arguments, main, settings);
        }

        System.Console.Out.WriteLine(settings.OptionsHelp is { } own ? $"{host.OptionsHelp}\n{own}" : host.OptionsHelp);
        return 0;
    }

    private static int RunOn(IGuestHost host, HostArguments arguments, Func<Guest, Task> main, GuestSettings settings)
    {
        GuestSettings effective = settings with { Host = host.Name, LogThresholds = arguments.Thresholds ?? settings.LogThresholds };
        return host.Run(effective, ports => LiveAsync(new Guest(host.Name, ports, arguments.Rest), main, effective, ports.OwnsDomain));
    }

    internal static async Task<GuestExit> LiveAsync(Guest guest, Func<Guest, Task> main, GuestSettings settings, bool ownsDomain)
    {
        ILogger logger = guest.LoggerFactory.CreateLogger("Xen.Hosting");
        Log.GuestUp(logger, guest.Id.ToString(), guest.HostName);
        guest.Scheduler.DispatchObserver = guest.Hooks;
        if (ownsDomain)
        {
            // The first to be owned is the last to be closed.
            guest.Own(new ShutdownListener(guest, settings.ShutdownGrace, logger));
        }

        GuestExit exit = await guest.RunMainAsync(main, logger);
        await guest.Hooks.RunExitHooksAsync(guest.TimeProvider, settings.ExitDeadline, logger);
        await guest.CloseAsync(settings.ExitDeadline, logger);
        guest.Scheduler.DispatchObserver = null;
        return exit;
    }

    private static int Refuse(GuestSettings settings, string error, int code)
    {
        System.Console.Error.WriteLine(settings.ProgramName is { } name ? $"{name}: {error}" : error);
        return code;
    }
}
