namespace Xen.Hosting;

/// <summary>Where a guest runs: the simulation, a Linux process, or bare metal. Builds the guest's ports and carries out its exit.</summary>
/// <remarks>A host that is one program's world in real time derives from <see cref="RealTimeHost"/>, which has what those have in common.</remarks>
public interface IGuestHost
{
    /// <summary>The name that <c>--host</c> takes.</summary>
    string Name { get; }

    /// <summary>What the host's own options mean, one a line: what <c>--help</c> prints in an image that has only this host.</summary>
    string OptionsHelp => XenGuest.OptionsHelp;

    /// <summary>
    /// Takes out of the command line what is neither <c>--log</c> nor the program's. Only asked in an image that has this host alone, where the
    /// command line is the domain's: parameters of the runtime, and what toolstacks append for Linux.
    /// </summary>
    /// <param name="args">The words, as the program's entry point got them.</param>
    /// <returns>The words that are left, in order.</returns>
    /// <exception cref="GuestUsageException">A word cannot be understood: the message says which and what was expected.</exception>
    IReadOnlyList<string> ReadArguments(IReadOnlyList<string> args) => args;

    /// <summary>
    /// Runs a guest on the calling thread: opens its ports, runs <paramref name="body"/> on its scheduler until the guest's exit is known,
    /// closes the ports and carries the exit out.
    /// </summary>
    /// <param name="settings">How.</param>
    /// <param name="body">The guest's life between the two.</param>
    /// <returns>The exit code of the process.</returns>
    /// <exception cref="GuestStartException">The guest could not be started.</exception>
    int Run(GuestSettings settings, Func<GuestPorts, Task<GuestExit>> body);
}
