using Xen.Platform;
using Xen.Platform.Abi;
using Xen.Simulation;

namespace Xen.Hosting;

/// <summary>
/// The in-process Xen as host: a control domain with the back ends of <see cref="SimulatedWorld"/>, and the guest. A guest that fails crashes
/// its domain, and the run ends with <see cref="GuestCrashedException"/> unless the world expects the crash.
/// </summary>
internal sealed class SimulationHost : IGuestHost
{
    public const string HostName = "simulation";

    private const int PagesPerMebibyte = 256;

    public string Name => HostName;

    public int Run(GuestSettings settings, Func<GuestPorts, Task<GuestExit>> body)
    {
        Simulation.Simulation? simulation = null;
        long start = 0;
        var loggers = new GuestLoggers(settings, null, null, () => simulation?.TimeProvider.GetElapsedTime(start) ?? TimeSpan.Zero);
        SimulatedWorld world = settings.World;
        using (simulation = new Simulation.Simulation(Options(world, loggers)))
        {
            start = simulation.TimeProvider.GetTimestamp();
            GuestExit exit = GuestExit.PowerOff();
            SimulatedDomain? guest = null;
            try
            {
                simulation.Run(async () => (exit, guest) = await LiveAsync(simulation, settings, loggers, body));
            }
            catch (GuestCrashedException crash)
            {
                loggers.Crash(Log.Unhandled, crash.InnerException ?? crash);
                throw;
            }

            TimeSpan duration = simulation.TimeProvider.GetElapsedTime(start);
            world.Finished?.Invoke(new SimulationReport(
                world.Seed, simulation.TraceHash, duration, simulation.Leaks(), guest!.ShutdownReason!.Value, guest.CrashCause));
            return exit.Code;
        }
    }

    private static SimulationOptions Options(SimulatedWorld world, GuestLoggers loggers) => new()
    {
        Seed = world.Seed,
        PagesPerDomain = world.MemoryMebibytes * PagesPerMebibyte,
#pragma warning disable RS0030 // Real time is what a measurement asks for.
        RealTime = world.RealTime ? TimeProvider.System : null,
#pragma warning restore RS0030
        LoggerFactory = loggers.Factory,
    };

    private static async Task<(GuestExit Exit, SimulatedDomain Guest)> LiveAsync(
        Simulation.Simulation simulation, GuestSettings settings, GuestLoggers loggers, Func<GuestPorts, Task<GuestExit>> body)
    {
        SimulatedDomain guest = simulation.CreateDomain(settings.World.Name);
        guest.IsCrashExpected = settings.World.IsCrashExpected;
        var backends = new SimulatedBackends(simulation, guest);
        await simulation.Dom0.RunAsync(() => backends.StartAsync(settings.World));
        Task toolstack = settings.World.Toolstack is { } work ? simulation.Dom0.RunAsync(() => work(guest)) : Task.CompletedTask;
        Task<GuestExit> life = RunGuestAsync(guest, settings, loggers, body);
        if (await Task.WhenAny(life, toolstack) == toolstack)
        {
            // Its failure ends the run: the guest may be waiting for what will never be asked.
            await toolstack;
        }

        GuestExit exit = await life;
        await toolstack;
        await simulation.Dom0.RunAsync(backends.StopAsync);
        return (exit, guest);
    }

    private static async Task<GuestExit> RunGuestAsync(
        SimulatedDomain guest, GuestSettings settings, GuestLoggers loggers, Func<GuestPorts, Task<GuestExit>> body)
    {
        GuestExit exit = GuestExit.PowerOff();
        SimulatedGuestConsole console = SimulatedGuestConsole.Connect(guest, settings, loggers);
        Task life = guest.RunAsync(async () =>
        {
            exit = await body(new GuestPorts(guest.Id, console.Ports, static (_, _) => default)
            {
                OwnsDomain = true,
                Boot = guest.Boot,
                Console = console,
            });
            await guest.Store.DisposeAsync();
            await console.CloseAsync(settings.ExitDeadline);
        });
        await Task.WhenAny(life, guest.Ended);
        if (guest.ShutdownReason is not null)
        {
            // It crashed while it ran, as the world expected; no continuation of its life runs any more.
            Exception cause = guest.CrashCause ?? new GuestCrashedException(guest.Id, guest.Name, null);
            loggers.Crash(Log.Unhandled, cause);
            return GuestExit.Crash(cause);
        }

        await life;
        ShutDown(guest, exit, settings, loggers);
        return exit;
    }

    private static void ShutDown(SimulatedDomain guest, GuestExit exit, GuestSettings settings, GuestLoggers loggers)
    {
        if (exit.Exception is { } fault)
        {
            loggers.Crash(Log.MainFailed, fault);
            guest.Crash(fault);
            return;
        }

        loggers.Drain(settings.ExitDeadline);
        guest.Hypervisor.Shutdown(exit.Kind == GuestExitKind.Reboot ? ShutdownReason.Reboot : ShutdownReason.Poweroff);
    }
}
