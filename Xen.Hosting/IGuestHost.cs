namespace Xen.Hosting;

/// <summary>Where a guest runs: the simulation, a Linux process, or bare metal. Builds the guest's ports and carries out its exit.</summary>
public interface IGuestHost
{
    /// <summary>The name that <c>--host</c> takes.</summary>
    string Name { get; }

    /// <summary>
    /// Runs a guest on the calling thread: opens its ports, runs <paramref name="body"/> on its scheduler until the guest's exit is known,
    /// closes the ports and carries the exit out.
    /// </summary>
    /// <param name="settings">How.</param>
    /// <param name="body">The guest's life between the two.</param>
    /// <returns>The exit code of the process.</returns>
    int Run(GuestSettings settings, Func<GuestPorts, Task<GuestExit>> body);
}
