namespace Xen.Events;

/// <summary>
/// A local event-channel port of this guest. It carries the epoch it was bound in: after a resume or a reset every older
/// port is stale and is refused, so that nobody uses a number that now belongs to something else.
/// </summary>
/// <param name="Value">The port's number, as written into xenstore. Never 0.</param>
/// <param name="Epoch">The guest's epoch when it was bound.</param>
/// <param name="Serial">Tells ports apart that had the same number one after the other in one epoch, where a host counts them.</param>
public readonly record struct EventPort(uint Value, uint Epoch, uint Serial = 0)
{
    /// <inheritdoc />
    public override string ToString() => $"port {Value}";
}
