using System.Runtime.ExceptionServices;
using Xen.Platform;
using Xen.Platform.Abi;
using Xen.Simulation;

namespace Xen.Hosting;

/// <summary>
/// The in-process Xen as host: a control domain with the back ends of <see cref="SimulatedWorld"/>, and the guest. A guest that fails crashes
/// its domain, and the run ends with <see cref="GuestCrashedException"/>.
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
        using var loggers = new GuestLoggers(settings, () => simulation?.TimeProvider.GetElapsedTime(start) ?? TimeSpan.Zero);
        SimulatedWorld world = settings.World;
        using (simulation = new Simulation.Simulation(Options(world, loggers)))
        {
            start = simulation.TimeProvider.GetTimestamp();
            GuestExit exit = GuestExit.PowerOff();
            simulation.Run(async () => exit = await LiveAsync(simulation, settings, body));
            TimeSpan duration = simulation.TimeProvider.GetElapsedTime(start);
            world.Finished?.Invoke(new SimulationReport(world.Seed, simulation.TraceHash, duration, simulation.Leaks()));
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

    private static async Task<GuestExit> LiveAsync(
        Simulation.Simulation simulation, GuestSettings settings, Func<GuestPorts, Task<GuestExit>> body)
    {
        SimulatedDomain guest = simulation.CreateDomain(settings.World.Name);
        var backends = new SimulatedBackends(simulation, guest);
        await simulation.Dom0.RunAsync(() => backends.StartAsync(settings.World));
        GuestExit exit = GuestExit.PowerOff();
        await guest.RunAsync(async () =>
        {
            exit = await body(new GuestPorts(guest.Id, guest.Ports, static (_, _) => default));
            await guest.Store.DisposeAsync();
        });
        await simulation.Dom0.RunAsync(backends.StopAsync);
        await EndAsync(guest, exit);
        return exit;
    }

    private static async Task EndAsync(SimulatedDomain guest, GuestExit exit)
    {
        if (exit.Exception is { } exception)
        {
            // Outside any task of the guest, where an exception that nobody handles crashes the domain and ends the run.
            guest.Scheduler.Schedule(static state => ((ExceptionDispatchInfo)state!).Throw(), ExceptionDispatchInfo.Capture(exception));
            await Task.Yield();
            return;
        }

        guest.Hypervisor.Shutdown(exit.Kind == GuestExitKind.Reboot ? ShutdownReason.Reboot : ShutdownReason.Poweroff);
    }
}
