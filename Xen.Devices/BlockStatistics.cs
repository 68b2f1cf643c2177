namespace Xen.Devices;

/// <summary>A snapshot of a block device's counters, since it was opened. Every counter only grows.</summary>
public readonly record struct BlockStatistics
{
    /// <summary>Reads that ended, however.</summary>
    public long Reads { get; init; }

    /// <summary>Bytes read.</summary>
    public long ReadBytes { get; init; }

    /// <summary>Writes that ended, however.</summary>
    public long Writes { get; init; }

    /// <summary>Bytes written.</summary>
    public long WrittenBytes { get; init; }

    /// <summary>Flushes that ended, however.</summary>
    public long Flushes { get; init; }

    /// <summary>Discards that ended, however.</summary>
    public long Discards { get; init; }

    /// <summary>Operations that ended with anything but success, cancellation included.</summary>
    public long Failures { get; init; }

    /// <summary>Ring requests issued; an operation may need many.</summary>
    public long Requests { get; init; }

    /// <summary>Ring requests that carried their segments in a page of their own.</summary>
    public long IndirectRequests { get; init; }

    /// <summary>Bytes that were copied once, because their memory was not the device's.</summary>
    public long CopiedBytes { get; init; }

    /// <summary>Bytes that moved in reserved buffers without a copy.</summary>
    public long ReservedBytes { get; init; }

    /// <summary>Events sent to the other side.</summary>
    public long NotificationsSent { get; init; }

    /// <summary>Wake-ups by an event of the other side.</summary>
    public long NotificationsReceived { get; init; }

    /// <summary>Wake-ups that brought no work.</summary>
    public long SpuriousNotifications { get; init; }

    /// <summary>Pages that the other side did not let go of in time (R7), whatever became of them later.</summary>
    public long QuarantinedPages { get; init; }
}
