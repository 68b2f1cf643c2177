namespace Xen.Simulation.Choices;

/// <summary>
/// The one source of everything that a simulation or a check decides: which task runs next, which byte a hostile peer writes,
/// whether a fault strikes. The same program over the same choices does the same.
/// </summary>
public interface IChoice
{
    /// <summary>Chooses a number.</summary>
    /// <param name="bound">How many there are, at least 1.</param>
    /// <returns>0 to <paramref name="bound"/> - 1.</returns>
    int Next(int bound);
}
