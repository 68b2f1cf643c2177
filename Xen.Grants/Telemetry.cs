using Xen.Platform;

namespace Xen.Grants;

/// <summary>What the meter Xen.Grants measures, over all grant tables of the process (docs/telemetry.md).</summary>
internal static class Telemetry
{
    private static readonly MeterSources<GuestGrantTable> Tables = new MeterSources<GuestGrantTable>("Xen.Grants")
        .Level("xen.grants.capacity", "{page}", "Pages that can be granted together.", static table => table.Capacity.Total)
        .Level("xen.grants.in_use", "{page}", "Pages that are granted.", static table => table.Capacity.InUse)
        .Level("xen.grants.quarantined", "{page}", "Pages that a peer does not let go of.", static table => table.Capacity.Quarantined)
        .Level("xen.grants.budget", "{page}", "Pages that all devices may use.", static table => table.Budget.TotalPages)
        .Level("xen.grants.budget_used", "{page}", "Pages that devices use.", static table => table.Budget.UsedPages);

    public static void Add(GuestGrantTable table) => Tables.Add(table);
}
