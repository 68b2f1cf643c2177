using Xen.Platform;

namespace Xen.Blkfront;

/// <summary>What the meter Xen.Blkfront measures, of each device (docs/telemetry.md).</summary>
internal static class Telemetry
{
    private static readonly MeterSources<BlkfrontDevice> Devices = new MeterSources<BlkfrontDevice>("Xen.Blkfront", static device => device.Name)
        .Counter("xen.blkfront.reads", "{operation}", "Reads that ended, however.", static device => device.GetStatistics().Reads)
        .Counter("xen.blkfront.writes", "{operation}", "Writes that ended, however.", static device => device.GetStatistics().Writes)
        .Counter("xen.blkfront.flushes", "{operation}", "Flushes that ended, however.", static device => device.GetStatistics().Flushes)
        .Counter("xen.blkfront.discards", "{operation}", "Discards that ended, however.", static device => device.GetStatistics().Discards)
        .Counter("xen.blkfront.failures", "{operation}", "Operations that ended with anything but success.", static device => device.GetStatistics().Failures)
        .Counter("xen.blkfront.read_bytes", "By", "Bytes that were read.", static device => device.GetStatistics().ReadBytes)
        .Counter("xen.blkfront.written_bytes", "By", "Bytes that were written.", static device => device.GetStatistics().WrittenBytes)
        .Counter("xen.blkfront.copied_bytes", "By", "Bytes that were copied once, because their memory was not the device's.", static device => device.GetStatistics().CopiedBytes)
        .Counter("xen.blkfront.requests", "{request}", "Requests on the ring.", static device => device.GetStatistics().Requests)
        .Counter("xen.blkfront.indirect_requests", "{request}", "Requests whose segments are in a page of their own.", static device => device.GetStatistics().IndirectRequests)
        .Counter("xen.blkfront.quarantined_pages", "{page}", "Pages that the back end did not let go of in time.", static device => device.GetStatistics().QuarantinedPages)
        .Counter("xen.blkfront.notifications_sent", "{event}", "Events that were sent to the back end.", static device => device.GetStatistics().NotificationsSent)
        .Counter("xen.blkfront.notifications_received", "{event}", "Wake-ups by an event of the back end.", static device => device.GetStatistics().NotificationsReceived)
        .Counter("xen.blkfront.spurious_notifications", "{event}", "Wake-ups that brought no work.", static device => device.GetStatistics().SpuriousNotifications);

    public static BlkfrontDevice Add(BlkfrontDevice device) => Devices.Add(device);

    public static void Remove(BlkfrontDevice device) => Devices.Remove(device);
}
