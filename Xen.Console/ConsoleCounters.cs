namespace Xen.Console;

/// <summary>What one end of a console has counted, over all its connections.</summary>
internal sealed class ConsoleCounters
{
    public long BytesIn { get; set; }

    public long BytesOut { get; set; }

    public long BytesDropped { get; set; }

    public long NotificationsSent { get; set; }

    public long NotificationsReceived { get; set; }

    public long SpuriousNotifications { get; set; }
}
