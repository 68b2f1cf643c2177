using Xen.Platform;

namespace Xen.Blkback;

/// <summary>What the meter Xen.Blkback measures, of each device (docs/telemetry.md).</summary>
internal static class Telemetry
{
    private static readonly MeterSources<BlkbackDevice> Devices = new MeterSources<BlkbackDevice>("Xen.Blkback", static device => device.Path)
        .Counter("xen.blkback.requests", "{request}", "Requests that were answered.", static device => device.GetStatistics().Requests)
        .Counter("xen.blkback.refused_requests", "{request}", "Requests that were wrong in themselves.", static device => device.GetStatistics().RefusedRequests)
        .Counter("xen.blkback.failed_requests", "{request}", "Requests that failed in the store, or whose pages could not be reached.", static device => device.GetStatistics().FailedRequests)
        .Counter("xen.blkback.flushes", "{operation}", "Flushes that were carried out.", static device => device.GetStatistics().Flushes)
        .Counter("xen.blkback.read_bytes", "By", "Bytes that the front end read.", static device => device.GetStatistics().ReadBytes)
        .Counter("xen.blkback.written_bytes", "By", "Bytes that the front end wrote.", static device => device.GetStatistics().WrittenBytes)
        .Counter("xen.blkback.notifications_sent", "{event}", "Events that were sent to the front end.", static device => device.GetStatistics().NotificationsSent)
        .Counter("xen.blkback.notifications_received", "{event}", "Wake-ups by an event of the front end.", static device => device.GetStatistics().NotificationsReceived)
        .Counter("xen.blkback.spurious_notifications", "{event}", "Wake-ups that brought no work.", static device => device.GetStatistics().SpuriousNotifications);

    public static BlkbackDevice Add(BlkbackDevice device) => Devices.Add(device);
}
