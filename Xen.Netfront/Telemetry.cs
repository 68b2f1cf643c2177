using Xen.Platform;

namespace Xen.Netfront;

/// <summary>What the meter Xen.Netfront measures, of each device (docs/telemetry.md).</summary>
internal static class Telemetry
{
    private static readonly MeterSources<NetfrontDevice> Devices = new MeterSources<NetfrontDevice>("Xen.Netfront", static device => device.Name)
        .Counter("xen.netfront.received_frames", "{frame}", "Frames that listeners were given.", static device => device.GetStatistics().ReceivedFrames)
        .Counter("xen.netfront.received_bytes", "By", "Their bytes.", static device => device.GetStatistics().ReceivedBytes)
        .Counter("xen.netfront.receive_errors", "{frame}", "Frames that came broken.", static device => device.GetStatistics().ReceiveErrors)
        .Counter("xen.netfront.receive_dropped", "{frame}", "Frames that came while nobody listened, or while no room was left.", static device => device.GetStatistics().ReceiveDropped)
        .Counter("xen.netfront.receive_copied_bytes", "By", "Received bytes that were copied once to become private.", static device => device.GetStatistics().ReceiveCopiedBytes)
        .Counter("xen.netfront.sent_frames", "{frame}", "Frames that the back end took.", static device => device.GetStatistics().SentFrames)
        .Counter("xen.netfront.sent_bytes", "By", "Their bytes.", static device => device.GetStatistics().SentBytes)
        .Counter("xen.netfront.send_errors", "{frame}", "Frames that the back end answered with an error.", static device => device.GetStatistics().SendErrors)
        .Counter("xen.netfront.send_dropped", "{frame}", "Frames that were given up.", static device => device.GetStatistics().SendDropped)
        .Level("xen.netfront.quarantined_pages", "{page}", "Pages that the back end does not let go of.", static device => device.GetStatistics().QuarantinedPages)
        .Counter("xen.netfront.notifications_sent", "{event}", "Events that were sent to the back end.", static device => device.GetStatistics().NotificationsSent)
        .Counter("xen.netfront.notifications_received", "{event}", "Wake-ups by an event of the back end.", static device => device.GetStatistics().NotificationsReceived)
        .Counter("xen.netfront.spurious_notifications", "{event}", "Wake-ups that brought no work.", static device => device.GetStatistics().SpuriousNotifications);

    public static NetfrontDevice Add(NetfrontDevice device) => Devices.Add(device);

    public static void Remove(NetfrontDevice device) => Devices.Remove(device);
}
