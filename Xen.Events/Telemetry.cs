using Xen.Platform;

namespace Xen.Events;

/// <summary>What the meter Xen.Events measures, over all event channels of the process (docs/telemetry.md).</summary>
internal static class Telemetry
{
    private static readonly MeterSources<GuestEventChannels> Channels = new MeterSources<GuestEventChannels>("Xen.Events")
        .Counter("xen.events.received", "{event}", "Events that arrived at open ports.", static events => events.ReceivedEvents)
        .Counter("xen.events.spurious", "{event}", "Events that brought no work.", static events => events.SpuriousEvents)
        .Counter("xen.events.dropped_queues", "{queue}", "Event queues that were given up because a link in them led nowhere.", static events => events.DroppedQueues)
        .Level("xen.events.ports", "{port}", "Open ports.", static events => events.OpenCount);

    public static void Add(GuestEventChannels events) => Channels.Add(events);
}
