using Xen.Platform;

namespace Xen.Events;

/// <summary>
/// The event channels of a guest. Every port has a counter of the events that arrived; a waiter says which count it has
/// seen, so an event that came before the wait ends the wait at once and none is lost.
/// </summary>
/// <remarks>
/// Order of a driver's loop: <c>WaitAsync</c> → drain the ring with its final check → <see cref="Complete"/> → again.
/// The port stays masked from the event to <see cref="Complete"/> (late EOI, XSA-331): a peer that storms costs one wake-up
/// per pass, and one whose events bring no work is made to wait ever longer (R9).
/// All members are called on the guest's scheduler.
/// </remarks>
public interface IEventChannels
{
    /// <summary>The epoch that new ports belong to. Grows with each resume or reset.</summary>
    uint Epoch { get; }

    /// <summary>Priorities of ports, or <see langword="null"/> where there are none (2-level event channels, Linux).</summary>
    IEventPriority? Priority => null;

    /// <summary>Makes a port that <paramref name="remote"/> can bind to.</summary>
    /// <exception cref="XenException">No port is free (<see cref="XenErrno.ENOSPC"/>), or no such domain.</exception>
    EventPort AllocateUnbound(DomainId remote);

    /// <summary>Binds to a port that the remote domain allocated for this one. The new port is pending once.</summary>
    /// <exception cref="XenException">The remote port is not one for us (<see cref="XenErrno.EINVAL"/>).</exception>
    EventPort BindInterdomain(DomainId remote, uint remotePort);

    /// <summary>Sends an event to the other end. An event to a closed or unbound peer is dropped by Xen.</summary>
    EventStatus Notify(EventPort port);

    /// <summary>Waits until the port's counter differs from <paramref name="lastSeen"/>, then returns the counter.</summary>
    /// <param name="port">A port of this epoch. One waiter at a time.</param>
    /// <param name="lastSeen">The counter that the caller has handled; 0 before the first wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ObjectDisposedException">The port was closed, before or during the wait.</exception>
    ValueTask<uint> WaitAsync(EventPort port, uint lastSeen, CancellationToken cancellationToken = default);

    /// <summary>
    /// Says that the work of the last event is done and lets further events in.
    /// </summary>
    /// <param name="port">The port.</param>
    /// <param name="spurious">True when the event brought no work. Repeated, this delays the port with growing back-off (R9).</param>
    void Complete(EventPort port, bool spurious);

    /// <summary>Closes the port. Never waits for a handler (XSA-441); its waiter gets <see cref="ObjectDisposedException"/>. Idempotent.</summary>
    void Close(EventPort port);
}
