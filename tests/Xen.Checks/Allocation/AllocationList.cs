namespace Xen.Checks.Allocation;

/// <summary>Every data path that allocates nothing, for runners of all kinds.</summary>
public static class AllocationList
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<AllocationCheck> All { get; } =
    [
        new("events: notify, wait and complete between two domains", PortAllocation.PingPong),
        new("net: reserve, when there is no credit, and send", NetAllocation.Reserve),
        new("net: receive, with a handler that suspends", NetAllocation.Receive),
        new("net: echo from front to back and back", NetAllocation.Echo),
        new("net: write from foreign memory, when there is no credit", NetAllocation.Write),
        new("blk: read 4 KiB into foreign memory", BlockAllocation.Read),
        new("blk: write 4 KiB from foreign memory", BlockAllocation.Write),
        new("blk: read 4 KiB into reserved memory", BlockAllocation.ReadReserved),
        new("blk: write 4 KiB from reserved memory", BlockAllocation.WriteReserved),
        new("blk: read 64 KiB, of segments in a page of their own", BlockAllocation.ReadIndirect),
    ];

    /// <summary>Finds one.</summary>
    /// <param name="name">Its name.</param>
    public static AllocationCheck Named(string name) =>
        All.FirstOrDefault(check => check.Name == name) ?? throw new ArgumentException($"No check is named '{name}'.", nameof(name));
}
