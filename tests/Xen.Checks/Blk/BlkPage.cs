using Xen.Checks.Memory;
using Xen.Rings;
using Xen.Simulation.Choices;

namespace Xen.Checks.Blk;

/// <summary>A block ring under watch that begins anywhere, near the wrap of the indices too.</summary>
internal static unsafe class BlkPage
{
    /// <summary>A ring of one page.</summary>
    public static MemoryWatch Create(IChoice choice, out uint start) => Create(choice, 0, out start);

    /// <summary>A ring of 2^<paramref name="pageOrder"/> pages.</summary>
    public static MemoryWatch Create(IChoice choice, int pageOrder, out uint start)
    {
        var watch = new MemoryWatch(4096 << pageOrder);
        start = choice.Next(2) == 0 ? 0 : uint.MaxValue - (uint)choice.Next(100);
        RingPage.Initialize<DirectMemory>(watch.Shared, start);
        return watch;
    }
}
