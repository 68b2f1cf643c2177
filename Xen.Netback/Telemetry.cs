using Xen.Platform;

namespace Xen.Netback;

/// <summary>What the meter Xen.Netback measures, of each device (docs/telemetry.md).</summary>
internal static class Telemetry
{
    private static readonly MeterSources<NetbackDevice> Devices = new MeterSources<NetbackDevice>("Xen.Netback", static device => device.Name)
        .Counter("xen.netback.received_frames", "{frame}", "Frames that listeners were given.", static device => device.GetStatistics().ReceivedFrames)
        .Counter("xen.netback.received_bytes", "By", "Their bytes.", static device => device.GetStatistics().ReceivedBytes)
        .Counter("xen.netback.receive_errors", "{frame}", "Frames that came broken.", static device => device.GetStatistics().ReceiveErrors)
        .Counter("xen.netback.receive_dropped", "{frame}", "Frames that came while nobody listened, or while no room was left.", static device => device.GetStatistics().ReceiveDropped)
        .Counter("xen.netback.sent_frames", "{frame}", "Frames that the front end took.", static device => device.GetStatistics().SentFrames)
        .Counter("xen.netback.sent_bytes", "By", "Their bytes.", static device => device.GetStatistics().SentBytes)
        .Counter("xen.netback.send_errors", "{frame}", "Frames that the front end answered with an error.", static device => device.GetStatistics().SendErrors)
        .Counter("xen.netback.send_dropped", "{frame}", "Frames that were given up.", static device => device.GetStatistics().SendDropped)
        .Counter("xen.netback.notifications_sent", "{event}", "Events that were sent to the front end.", static device => device.GetStatistics().NotificationsSent)
        .Counter("xen.netback.notifications_received", "{event}", "Wake-ups by an event of the front end.", static device => device.GetStatistics().NotificationsReceived)
        .Counter("xen.netback.spurious_notifications", "{event}", "Wake-ups that brought no work.", static device => device.GetStatistics().SpuriousNotifications);

    public static NetbackDevice Add(NetbackDevice device) => Devices.Add(device);

    public static void Remove(NetbackDevice device) => Devices.Remove(device);
}
