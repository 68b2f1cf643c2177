using Xen.Platform;

namespace Xen.Store;

/// <summary>What the meter Xen.Store measures, over all connections of the process (docs/telemetry.md).</summary>
internal static class Telemetry
{
    private static readonly MeterSources<StoreConnection> Connections = new MeterSources<StoreConnection>("Xen.Store")
        .Counter("xen.store.requests", "{request}", "Requests that were made.", static store => store.RequestCount)
        .Counter("xen.store.events", "{event}", "Watch events that came.", static store => store.EventCount)
        .Level("xen.store.watches", "{watch}", "Watches that are set.", static store => store.WatchCount);

    public static void Add(StoreConnection store) => Connections.Add(store);

    public static void Remove(StoreConnection store) => Connections.Remove(store);
}
