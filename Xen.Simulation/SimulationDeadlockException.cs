namespace Xen.Simulation;

/// <summary>Nothing is ready, no timer is set, and the main task is not complete: it never will be.</summary>
public sealed class SimulationDeadlockException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="what">What the state is.</param>
    /// <param name="seed">The seed that shows it again.</param>
    /// <param name="waits">What is waited for, one line each.</param>
    public SimulationDeadlockException(string what, ulong seed, IReadOnlyList<string> waits)
        : base($"Deadlock (seed {seed}): {what}. Waiting: " +
            (waits.Count == 0 ? "nothing that the simulation knows of." : Environment.NewLine + string.Join(Environment.NewLine, waits)))
    {
        Waits = waits;
    }

    /// <summary>What is waited for, one line each.</summary>
    public IReadOnlyList<string> Waits { get; }
}
