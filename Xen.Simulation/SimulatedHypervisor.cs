using Xen.Platform;
using Xen.Platform.Abi;
using Xen.Simulation.Choices;
using Xen.Simulation.Machine;

namespace Xen.Simulation;

/// <summary>The port of a simulated domain: what a kernel would do below the stack, over the simulated machine.</summary>
internal sealed unsafe class SimulatedHypervisor(Simulation simulation, XenMachine machine, XenDomain domain) : IHypervisor
{
    private const int SharedInfoSlot = 0;
    private const int FirstGrantSlot = 1;
    private const int FirstStatusSlot = 2048;

    private readonly FrameBitmap _frames = new(domain.Physmap.FreePages);
    private readonly FrameBitmap _foreignFrames = new(domain.Physmap.Foreign.Count);
    private readonly SeededChoice _entropy = new(simulation.Options.Seed ^ (0x9E3779B97F4A7C15 * (domain.Id + 1UL)));

    public int VcpuId => 0;

    /// <summary>What runs at an upcall.</summary>
    public Action? Upcall { get; private set; }

    public long Hypercall(HypercallNumber number, ulong argument1, ulong argument2, ulong argument3, ulong argument4, ulong argument5)
    {
        simulation.AssertCurrent("a hypercall was made");
        return machine.Hypercall(domain, number, argument1, argument2, argument3);
    }

    public byte* AllocateFrames(int count)
    {
        simulation.AssertCurrent("memory was allocated");
        int first = _frames.Take(count);
        return first < 0 ? null : domain.Physmap.Memory.Page(first);
    }

    public void FreeFrames(byte* address, int count)
    {
        simulation.AssertCurrent("memory was freed");
        _frames.Free(domain.Physmap.Memory.IndexOf(address), count);
    }

    public bool TryFrameOf(byte* address, out ulong frame) => domain.Physmap.TryFrameOf(address, out frame);

    public bool TryReserveForeignFrames(int count, out ulong firstFrame)
    {
        simulation.AssertCurrent("foreign frames were reserved");
        int first = _foreignFrames.Take(count);
        firstFrame = domain.Physmap.FirstForeign + (ulong)first;
        return first >= 0;
    }

    public byte* ForeignAddress(ulong firstFrame, int count)
    {
        simulation.AssertCurrent("foreign frames were looked at");
        return domain.Physmap.TryForeign(firstFrame, out int first) ? domain.Physmap.Foreign.AddressOf(first, count) : null;
    }

    public void ReleaseForeignFrames(ulong firstFrame, int count)
    {
        simulation.AssertCurrent("foreign frames were released");
        _foreignFrames.Free((int)(firstFrame - domain.Physmap.FirstForeign), count);
    }

    public SharedInfo* PlaceSharedInfo()
    {
        byte* page = Place(PhysmapSpace.SharedInfo, 0, SharedInfoSlot);
        return page is not null
            ? (SharedInfo*)page
            : throw new XenException(XenErrno.EINVAL, $"XENMEM_add_to_physmap(shared_info of dom{domain.Id})");
    }

    public byte* PlaceGrantFrame(uint index) => Place(PhysmapSpace.GrantTable, index, FirstGrantSlot + (int)index);

    public byte* PlaceGrantStatusFrame(uint index) =>
        Place(PhysmapSpace.GrantTable, index | XenAddToPhysmap.StatusIndex, FirstStatusSlot + (int)index);

    public void SetUpcall(Action handler) => Upcall = handler;

    public void Block(ulong deadlineNanoseconds)
    {
        var poll = new SchedPoll { Timeout = deadlineNanoseconds };
        Hypercall(HypercallNumber.SchedOp, (ulong)(deadlineNanoseconds == ulong.MaxValue ? SchedOp.Block : SchedOp.Poll), (ulong)&poll, 0, 0, 0);
    }

    public void GetEntropy(Span<byte> bytes) => _entropy.Fill(bytes);

    private byte* Place(PhysmapSpace space, ulong index, int slot)
    {
        if (slot >= Physmap.SpecialFrames)
        {
            return null;
        }

        var argument = new XenAddToPhysmap
        {
            Domid = DomainId.Self.Value,
            Space = space,
            Idx = index,
            Gpfn = domain.Physmap.FirstSpecial + (ulong)slot,
        };
        return this.MemoryOp(MemoryOp.AddToPhysmap, &argument) == 0 ? domain.Physmap.SpecialPage(slot) : null;
    }
}
