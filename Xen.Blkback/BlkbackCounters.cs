namespace Xen.Blkback;

/// <summary>The counters of a back end, over all its connections.</summary>
internal sealed class BlkbackCounters
{
    public long Requests { get; set; }

    public long RefusedRequests { get; set; }

    public long FailedRequests { get; set; }

    public long ReadBytes { get; set; }

    public long WrittenBytes { get; set; }

    public long Flushes { get; set; }

    public long NotificationsSent { get; set; }

    public long NotificationsReceived { get; set; }

    public long SpuriousNotifications { get; set; }

    public BlkbackStatistics Snapshot() => new()
    {
        Requests = Requests,
        RefusedRequests = RefusedRequests,
        FailedRequests = FailedRequests,
        ReadBytes = ReadBytes,
        WrittenBytes = WrittenBytes,
        Flushes = Flushes,
        NotificationsSent = NotificationsSent,
        NotificationsReceived = NotificationsReceived,
        SpuriousNotifications = SpuriousNotifications,
    };
}
