using Xen.Platform;
using Xen.Platform.Abi;

namespace Xen.Checks.Boot;

/// <summary>A hypervisor that knows one hypercall: <c>XENMEM_memory_map</c>. It answers what it is told to, also wrongly.</summary>
internal sealed unsafe class MapHypervisor(E820Entry[] map) : IHypervisor
{
    /// <summary>What the call returns.</summary>
    public long Result { get; init; }

    /// <summary>How many entries it claims to have stored beyond those it stored.</summary>
    public uint Claimed { get; init; }

    public int VcpuId => 0;

    /// <summary>For how many entries there was room.</summary>
    public uint Room { get; private set; }

    public int Calls { get; private set; }

    public long Hypercall(HypercallNumber number, ulong argument1, ulong argument2, ulong argument3, ulong argument4, ulong argument5)
    {
        Expect.Equal((HypercallNumber.MemoryOp, MemoryOp.MemoryMap), (number, (MemoryOp)argument1), "hypercall");
        Calls++;
        var argument = (XenMemoryMap*)argument2;
        Room = argument->NrEntries;
        int stored = Result < 0 ? 0 : Math.Min(map.Length, (int)Room);
        map.AsSpan(0, stored).CopyTo(new Span<E820Entry>((void*)argument->Buffer, stored));
        argument->NrEntries = (uint)stored + Claimed;
        return Result;
    }

    public byte* AllocateFrames(int count) => throw new NotSupportedException();

    public void FreeFrames(byte* address, int count) => throw new NotSupportedException();

    public bool TryFrameOf(byte* address, out ulong frame) => throw new NotSupportedException();

    public bool TryReserveForeignFrames(int count, out ulong firstFrame) => throw new NotSupportedException();

    public byte* ForeignAddress(ulong firstFrame, int count) => throw new NotSupportedException();

    public void ReleaseForeignFrames(ulong firstFrame, int count) => throw new NotSupportedException();

    public SharedInfo* PlaceSharedInfo() => throw new NotSupportedException();

    public byte* PlaceGrantFrame(uint index) => throw new NotSupportedException();

    public byte* PlaceGrantStatusFrame(uint index) => throw new NotSupportedException();

    public void SetUpcall(Action handler) => throw new NotSupportedException();

    public void Block(ulong deadlineNanoseconds) => throw new NotSupportedException();

    public void GetEntropy(Span<byte> bytes) => throw new NotSupportedException();
}
