using Xen.Simulation;

namespace Xen.Checks.Allocation;

/// <summary>A data path that allocates nothing in the steady state.</summary>
/// <param name="Name">Its name: area, what is done.</param>
/// <param name="Body">Does as many operations as the meter says, in a simulation of these options.</param>
public sealed record AllocationCheck(string Name, Action<SimulationOptions, AllocationMeter> Body)
{
    /// <summary>Runs it in virtual time and in real time.</summary>
    /// <param name="operations">How many operations are measured each time.</param>
    /// <exception cref="CheckFailedException">An operation allocated, or did not suspend.</exception>
    public void Run(int operations)
    {
        RunOne(new SimulationOptions(), operations);
        RunOne(new SimulationOptions { RealTime = TimeProvider.System }, operations);
    }

    /// <inheritdoc />
    public override string ToString() => Name;

    private void RunOne(SimulationOptions options, int operations)
    {
        var meter = new AllocationMeter(operations);
        Body(options, meter);
        meter.Demand();
    }
}
