using Xen.Platform;

namespace Xen.Simulation;

/// <summary>A simulated domain crashed, and nobody expected it to.</summary>
public sealed class GuestCrashedException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="domain">Which domain.</param>
    /// <param name="name">Its name.</param>
    /// <param name="cause">What it did not handle, or <see langword="null"/> when it asked for a crash itself.</param>
    public GuestCrashedException(DomainId domain, string name, Exception? cause)
        : base($"{domain} '{name}' crashed: {cause?.Message ?? "it shut down with reason crash"}", cause)
    {
        Domain = domain;
    }

    /// <summary>Which domain.</summary>
    public DomainId Domain { get; }
}
