using Xen.Platform;

namespace Xen.Console;

/// <summary>What the meter Xen.Console measures, of each end of a console (docs/telemetry.md).</summary>
internal static class Telemetry
{
    private static readonly MeterSources<ConsoleEnd> Consoles = new MeterSources<ConsoleEnd>("Xen.Console", static console => console.Name)
        .Counter("xen.console.bytes_in", "By", "Bytes that the peer gave.", static console => console.Counters.BytesIn)
        .Counter("xen.console.bytes_out", "By", "Bytes that were put into the ring.", static console => console.Counters.BytesOut)
        .Counter("xen.console.bytes_dropped", "By", "Bytes that were flushed and never put into a ring, because the console ended.", static console => console.Counters.BytesDropped)
        .Counter("xen.console.notifications_sent", "{event}", "Events that were sent to the peer.", static console => console.Counters.NotificationsSent)
        .Counter("xen.console.notifications_received", "{event}", "Wake-ups by an event of the peer.", static console => console.Counters.NotificationsReceived)
        .Counter("xen.console.spurious_notifications", "{event}", "Wake-ups that brought no work.", static console => console.Counters.SpuriousNotifications);

    public static ConsoleEnd Add(ConsoleEnd console) => Consoles.Add(console);

    public static void Remove(ConsoleEnd console) => Consoles.Remove(console);
}
