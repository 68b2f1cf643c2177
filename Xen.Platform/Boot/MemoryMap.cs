using Xen.Platform.Abi;

namespace Xen.Platform;

/// <summary>
/// A guest's memory map, put in order: regions by address, none overlapping, none empty, neighbours of one type joined. Where entries
/// overlap, the one that allows less wins.
/// </summary>
public sealed unsafe class MemoryMap
{
    // Xen's own limit of a guest's e820 is 128 entries.
    private const int HypervisorEntries = 128;

    // What allows less comes later; a type that nobody knows counts as reserved.
    private static readonly HvmMemmapType[] ByStrictness =
    [
        HvmMemmapType.Ram, HvmMemmapType.Pmem, HvmMemmapType.Acpi, HvmMemmapType.Nvs,
        HvmMemmapType.Reserved, HvmMemmapType.Disabled, HvmMemmapType.Unusable,
    ];

    private MemoryMap(MemoryRegion[] regions)
    {
        Regions = regions;
        var ram = new List<FrameRange>();
        foreach (MemoryRegion region in regions)
        {
            AddWholeFrames(ram, region);
        }

        Ram = ram;
    }

    /// <summary>All regions, by address.</summary>
    public IReadOnlyList<MemoryRegion> Regions { get; }

    /// <summary>The whole page frames that are memory to use, by number. Parts of pages at the edges are left out.</summary>
    public IReadOnlyList<FrameRange> Ram { get; }

    /// <summary>How many frames <see cref="Ram"/> has.</summary>
    public ulong RamFrames
    {
        get
        {
            ulong sum = 0;
            foreach (FrameRange range in Ram)
            {
                sum += range.Count;
            }

            return sum;
        }
    }

    /// <summary>Puts entries of any origin in order.</summary>
    /// <param name="entries">In any order; an entry without bytes says nothing, one that reaches beyond 2^64 ends there.</param>
    public static MemoryMap Normalise(ReadOnlySpan<E820Entry> entries)
    {
        List<Edge> edges = EdgesOf(entries);
        Span<int> covering = stackalloc int[ByStrictness.Length];
        var regions = new List<MemoryRegion>();
        for (int i = 0; i < edges.Count; i++)
        {
            Edge edge = edges[i];
            covering[edge.Rank] += edge.Delta;
            int rank = covering.LastIndexOfAnyExcept(0);
            UInt128 next = i + 1 < edges.Count ? edges[i + 1].At : edge.At;
            if (rank >= 0 && next > edge.At)
            {
                Append(regions, new MemoryRegion((ulong)edge.At, (ulong)(next - 1), ByStrictness[rank]));
            }
        }

        return new MemoryMap([.. regions]);
    }

    /// <summary>Asks Xen (<c>XENMEM_memory_map</c>): for a start info without a map, as Xen before 4.9 makes it.</summary>
    /// <param name="hypervisor">The hypervisor.</param>
    /// <exception cref="XenException">Xen refused.</exception>
    /// <exception cref="InvalidDataException">Xen claims to have stored more entries than there was room for.</exception>
    public static MemoryMap FromHypervisor(IHypervisor hypervisor)
    {
        ArgumentNullException.ThrowIfNull(hypervisor);
        E820Entry* entries = stackalloc E820Entry[HypervisorEntries];
        var argument = new XenMemoryMap { NrEntries = HypervisorEntries, Buffer = (ulong)entries };
        HypervisorCalls.Check(hypervisor.MemoryOp(MemoryOp.MemoryMap, &argument), "XENMEM_memory_map", DomainId.Self);
        return argument.NrEntries <= HypervisorEntries
            ? Normalise(new ReadOnlySpan<E820Entry>(entries, (int)argument.NrEntries))
            : throw new InvalidDataException(
                $"XENMEM_memory_map: {argument.NrEntries} entries stored, expected at most {HypervisorEntries}.");
    }

    /// <summary>The map of the start info, else that of the hypervisor.</summary>
    /// <param name="boot">What the guest was told at its entry.</param>
    /// <param name="hypervisor">The hypervisor.</param>
    /// <exception cref="XenException">The start info has no map, and Xen refused.</exception>
    public static MemoryMap Of(PvhBoot boot, IHypervisor hypervisor)
    {
        ArgumentNullException.ThrowIfNull(boot);
        return boot.MemoryMap ?? FromHypervisor(hypervisor);
    }

    private static List<Edge> EdgesOf(ReadOnlySpan<E820Entry> entries)
    {
        var edges = new List<Edge>(entries.Length * 2);
        foreach (E820Entry entry in entries)
        {
            if (entry.Size > 0)
            {
                UInt128 end = UInt128.Min((UInt128)entry.Addr + entry.Size, UInt128.One << 64);
                edges.Add(new Edge(entry.Addr, RankOf(entry.Type), 1));
                edges.Add(new Edge(end, RankOf(entry.Type), -1));
            }
        }

        edges.Sort(static (left, right) => left.At.CompareTo(right.At));
        return edges;
    }

    private static int RankOf(HvmMemmapType type)
    {
        int rank = Array.IndexOf(ByStrictness, type);
        return rank >= 0 ? rank : Array.IndexOf(ByStrictness, HvmMemmapType.Reserved);
    }

    private static void Append(List<MemoryRegion> regions, MemoryRegion region)
    {
        if (regions.Count > 0 && regions[^1].Type == region.Type && regions[^1].Last + 1 == region.First)
        {
            regions[^1] = regions[^1] with { Last = region.Last };
            return;
        }

        regions.Add(region);
    }

    private static void AddWholeFrames(List<FrameRange> ram, MemoryRegion region)
    {
        UInt128 first = ((UInt128)region.First + PageSize.Bytes - 1) >> PageSize.Shift;
        UInt128 end = ((UInt128)region.Last + 1) >> PageSize.Shift;
        if (region.Type == HvmMemmapType.Ram && end > first)
        {
            ram.Add(new FrameRange((ulong)first, (ulong)(end - first)));
        }
    }

    private readonly record struct Edge(UInt128 At, int Rank, int Delta);
}
