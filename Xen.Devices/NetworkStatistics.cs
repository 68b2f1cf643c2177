namespace Xen.Devices;

/// <summary>A snapshot of a network device's counters, since it was opened. Every counter only grows.</summary>
public readonly record struct NetworkStatistics
{
    /// <summary>Frames handed to listeners.</summary>
    public long ReceivedFrames { get; init; }

    /// <summary>Their bytes, headers included.</summary>
    public long ReceivedBytes { get; init; }

    /// <summary>Frames that the other side reported as failed, or that were too short to be frames.</summary>
    public long ReceiveErrors { get; init; }

    /// <summary>Frames that came while nobody listened, or while no room was left.</summary>
    public long ReceiveDropped { get; init; }

    /// <summary>Received bytes that were copied once to become private; 0 where pages change hands.</summary>
    public long ReceiveCopiedBytes { get; init; }

    /// <summary>Frames that the other side took.</summary>
    public long SentFrames { get; init; }

    /// <summary>Their bytes, headers included.</summary>
    public long SentBytes { get; init; }

    /// <summary>Frames that the other side answered with an error.</summary>
    public long SendErrors { get; init; }

    /// <summary>Frames that were given up: the other side dropped them, stalled or went away.</summary>
    public long SendDropped { get; init; }

    /// <summary>Events sent to the other side.</summary>
    public long NotificationsSent { get; init; }

    /// <summary>Wake-ups by an event of the other side.</summary>
    public long NotificationsReceived { get; init; }

    /// <summary>Wake-ups that brought no work.</summary>
    public long SpuriousNotifications { get; init; }

    /// <summary>Pages that the other side does not let go of (R7). The only one that can fall.</summary>
    public long QuarantinedPages { get; init; }
}
