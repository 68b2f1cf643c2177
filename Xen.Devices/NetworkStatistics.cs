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

    /// <summary>What two count together: the queues of a device, or a device's connections one after the other.</summary>
    public static NetworkStatistics operator +(NetworkStatistics left, NetworkStatistics right) => new()
    {
        ReceivedFrames = left.ReceivedFrames + right.ReceivedFrames,
        ReceivedBytes = left.ReceivedBytes + right.ReceivedBytes,
        ReceiveErrors = left.ReceiveErrors + right.ReceiveErrors,
        ReceiveDropped = left.ReceiveDropped + right.ReceiveDropped,
        ReceiveCopiedBytes = left.ReceiveCopiedBytes + right.ReceiveCopiedBytes,
        SentFrames = left.SentFrames + right.SentFrames,
        SentBytes = left.SentBytes + right.SentBytes,
        SendErrors = left.SendErrors + right.SendErrors,
        SendDropped = left.SendDropped + right.SendDropped,
        NotificationsSent = left.NotificationsSent + right.NotificationsSent,
        NotificationsReceived = left.NotificationsReceived + right.NotificationsReceived,
        SpuriousNotifications = left.SpuriousNotifications + right.SpuriousNotifications,
        QuarantinedPages = left.QuarantinedPages + right.QuarantinedPages,
    };
}
