namespace Xen.Events;

/// <summary>What became of an operation on a port. Never an exception: this is the data path.</summary>
public enum EventStatus
{
    /// <summary>Done.</summary>
    Ok,

    /// <summary>The port is closed.</summary>
    Closed,

    /// <summary>The port is of an older epoch.</summary>
    Stale,

    /// <summary>Xen refused.</summary>
    Refused,
}
