namespace Xen.Blkback;

/// <summary>A snapshot of a block back end's counters. Every counter only grows.</summary>
public readonly record struct BlkbackStatistics
{
    /// <summary>Requests answered.</summary>
    public long Requests { get; init; }

    /// <summary>Requests that were refused because they were wrong in themselves.</summary>
    public long RefusedRequests { get; init; }

    /// <summary>Requests that failed in the store, or because the front end's pages could not be reached.</summary>
    public long FailedRequests { get; init; }

    /// <summary>Bytes read by the front end.</summary>
    public long ReadBytes { get; init; }

    /// <summary>Bytes written by the front end.</summary>
    public long WrittenBytes { get; init; }

    /// <summary>Flushes carried out.</summary>
    public long Flushes { get; init; }

    /// <summary>Events sent to the front end.</summary>
    public long NotificationsSent { get; init; }

    /// <summary>Wake-ups by an event of the front end.</summary>
    public long NotificationsReceived { get; init; }

    /// <summary>Wake-ups that brought no work.</summary>
    public long SpuriousNotifications { get; init; }
}
