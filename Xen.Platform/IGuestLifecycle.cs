namespace Xen.Platform;

/// <summary>
/// The times a guest is taken away and comes back. Every port, reference and mapping carries the epoch it was made in; use of one
/// from an older epoch is answered with "stale".
/// </summary>
public interface IGuestLifecycle
{
    /// <summary>Counts resumes into a new domain, from 1.</summary>
    uint Epoch { get; }

    /// <summary>The guest is about to be suspended. Handlers stop using the ports; they do not wait.</summary>
    event Action? Suspending;

    /// <summary>
    /// The guest runs again. True: the suspend was cancelled and everything is as before. False: this is a new domain, the epoch has grown,
    /// and ports, grants and mappings are gone. Lower layers subscribe before higher ones, so that events and grants work again when a driver hears of it.
    /// </summary>
    event Action<bool>? Resumed;
}
