using Xen.Simulation;

namespace Xen.Checks;

/// <summary>Runs a simulation inside a check: a deadlock or a crash is a check that does not hold.</summary>
public static class SimulationRun
{
    public static void Run(SimulationOptions options, Func<Xen.Simulation.Simulation, Task> main)
    {
        ArgumentNullException.ThrowIfNull(main);
        using var simulation = new Xen.Simulation.Simulation(options);
        try
        {
            simulation.Run(() => main(simulation));
        }
        catch (SimulationDeadlockException deadlock)
        {
            throw new CheckFailedException(deadlock.Message, deadlock);
        }
        catch (GuestCrashedException crash)
        {
            throw new CheckFailedException(crash.ToString(), crash);
        }
    }
}
