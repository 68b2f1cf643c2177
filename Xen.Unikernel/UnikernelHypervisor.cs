using Xen.Platform;
using Xen.Platform.Abi;

namespace Xen.Unikernel;

/// <summary>The port of a guest that has the machine to itself: hypercalls are instructions, frames are memory.</summary>
internal sealed unsafe class UnikernelHypervisor : IHypervisor
{
    // Frame numbers for what Xen places: grant frames, then their status frames. The rest of the window is for other domains' pages.
    private const int SpecialFrames = 4096;
    private const int FirstStatusSlot = SpecialFrames / 2;

    private readonly ulong _firstSpecial;
    private readonly ulong _firstForeign;
    private readonly FrameBitmap _foreign;
    private readonly byte* _direct;
    private readonly ulong _directEnd;

    public UnikernelHypervisor(in LayerInfo info)
    {
        _direct = (byte*)info.DirectBase;
        _directEnd = (info.WindowFirstFrame + info.WindowFrames) * PageSize.Bytes;
        _firstSpecial = info.WindowFirstFrame;
        _firstForeign = _firstSpecial + SpecialFrames;
        _foreign = new FrameBitmap((int)info.WindowFrames - SpecialFrames);
    }

    public int VcpuId => 0;

    /// <summary>What looks for pending events.</summary>
    public Action? Upcall { get; private set; }

    public long Hypercall(HypercallNumber number, ulong argument1, ulong argument2, ulong argument3, ulong argument4, ulong argument5) =>
        Layer.Hypercall((ulong)number, argument1, argument2, argument3, argument4, argument5);

    public byte* AllocateFrames(int count) => Layer.AllocateFrames((ulong)count);

    public void FreeFrames(byte* address, int count) => Layer.FreeFrames(address, (ulong)count);

    public bool TryFrameOf(byte* address, out ulong frame)
    {
        ulong offset = (ulong)(address - _direct);
        frame = offset / PageSize.Bytes;
        return offset < _directEnd;
    }

    public bool TryReserveForeignFrames(int count, out ulong firstFrame)
    {
        int first = _foreign.Take(count);
        firstFrame = _firstForeign + (ulong)first;
        if (first >= 0 && Layer.ShowFrames(firstFrame, (ulong)count) is null)
        {
            _foreign.Free(first, count);
            return false;
        }

        return first >= 0;
    }

    public byte* ForeignAddress(ulong firstFrame, int count) => _direct + (firstFrame * PageSize.Bytes);

    public void ReleaseForeignFrames(ulong firstFrame, int count)
    {
        Layer.HideFrames(firstFrame, (ulong)count);
        _foreign.Free((int)(firstFrame - _firstForeign), count);
    }

    // The layer placed it at boot, to see the time.
    public SharedInfo* PlaceSharedInfo() => (SharedInfo*)Layer.SharedInfo();

    public byte* PlaceGrantFrame(uint index) => index < FirstStatusSlot ? Place(index, index) : null;

    public byte* PlaceGrantStatusFrame(uint index) =>
        index < SpecialFrames - FirstStatusSlot ? Place(index | XenAddToPhysmap.StatusIndex, FirstStatusSlot + index) : null;

    public void SetUpcall(Action handler) => Upcall = handler;

    public void Block(ulong deadlineNanoseconds) => Layer.Wait(deadlineNanoseconds);

    public void GetEntropy(Span<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            Layer.Random(first, (ulong)bytes.Length);
        }
    }

    /// <summary>Where a frame is that the toolstack put outside of the guest's RAM: the rings of console and xenstore.</summary>
    public static byte* ShowFrame(ulong frame) => Layer.ShowFrames(frame, 1);

    // In a slot of its own, so that it comes to the same place again after a resume.
    private byte* Place(ulong index, uint slot)
    {
        ulong frame = _firstSpecial + slot;
        var argument = new XenAddToPhysmap { Domid = DomainId.Self.Value, Space = PhysmapSpace.GrantTable, Idx = index, Gpfn = frame };
        return this.MemoryOp(MemoryOp.AddToPhysmap, &argument) == 0 ? Layer.ShowFrames(frame, 1) : null;
    }
}
