using Xen.Platform;
using Xen.Platform.Abi;

namespace Xen.Simulation.Machine;

/// <summary>What Xen knows about one domain.</summary>
internal sealed unsafe class XenDomain : IDisposable
{
    private const int SharedInfoPages = 1;

    private readonly HostMemory _xenPages;

    public XenDomain(ushort id, string name, SimulationOptions options)
    {
        Id = id;
        Name = name;
        Physmap = new Physmap(name, id, options.PagesPerDomain, BootImage.PagesFor(options), options.FirstFrame);
        MemoryMap = MapOf(Physmap);
        _xenPages = new HostMemory(name + "-xen", SharedInfoPages + XenGrantTable.PagesFor(options.MaxGrantFrames));
        Grants = new XenGrantTable(Physmap, _xenPages, SharedInfoPages, options.MaxGrantFrames);
        SharedInfo = (SharedInfo*)_xenPages.Page(0);
        Events = new TwoLevelPorts(SharedInfo);
    }

    public ushort Id { get; }

    public string Name { get; }

    public bool IsPrivileged => Id == 0;

    public bool IsAlive { get; set; } = true;

    public Physmap Physmap { get; }

    public XenGrantTable Grants { get; }

    /// <summary>Xen's own pointer to the domain's shared info page.</summary>
    public SharedInfo* SharedInfo { get; }

    /// <summary>How the domain hears of its ports: every domain begins with the 2-level ABI.</summary>
    public IPortMemory Events { get; set; }

    /// <summary>The domain's memory map as Xen tells it.</summary>
    public E820Entry[] MemoryMap { get; }

    /// <summary>Physical address of the start info.</summary>
    public ulong StartInfoAddress => (Physmap.FirstFrame + (ulong)Physmap.FreePages) << PageSize.Shift;

    /// <summary>How far the toolstack set the domain's wall clock off.</summary>
    public TimeSpan TimeOffset { get; set; }

    /// <summary>How often the domain was restored.</summary>
    public int Incarnation { get; set; }

    /// <summary>Ports by number; 0 is none.</summary>
    public List<EventChannel?> Ports { get; } = [null];

    /// <summary>What the domain has mapped of others, by handle.</summary>
    public Maptrack Maptrack { get; } = new();

    public SortedDictionary<HvmParam, ulong> HvmParams { get; } = [];

    /// <summary>Counts the times the one-shot timer was set, so that an older one does not fire.</summary>
    public int TimerGeneration { get; set; }

    /// <summary>True for a port that the toolstack made and told the guest of.</summary>
    public bool IsToolstackPort(uint port) =>
        HvmParams.GetValueOrDefault(HvmParam.StoreEvtchn) == port || HvmParams.GetValueOrDefault(HvmParam.ConsoleEvtchn) == port;

    /// <summary>Leaves in memory what the domain is told at its entry.</summary>
    public void LoadBootImage(SimulationOptions options)
    {
        StartInfoFlags flags = IsPrivileged ? StartInfoFlags.Privileged | StartInfoFlags.Initdomain : StartInfoFlags.None;
        byte[] image = BootImage.Build(options, StartInfoAddress, MemoryMap, flags);
        image.CopyTo(new Span<byte>(Physmap.Memory.Page(Physmap.FreePages), image.Length));
    }

    private static E820Entry[] MapOf(Physmap physmap) =>
    [
        new() { Addr = physmap.FirstFrame << PageSize.Shift, Size = (ulong)physmap.Memory.Length, Type = HvmMemmapType.Ram },
        new() { Addr = physmap.FirstSpecial << PageSize.Shift, Size = (ulong)Physmap.SpecialFrames << PageSize.Shift, Type = HvmMemmapType.Reserved },
    ];

    public void Dispose()
    {
        Physmap.Dispose();
        _xenPages.Dispose();
    }
}
