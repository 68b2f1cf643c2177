using Xen.Checks.Memory;
using Xen.Rings;
using Xen.Simulation.Choices;

namespace Xen.Checks.Net;

/// <summary>A ring page under watch that begins anywhere, near the wrap of the indices too.</summary>
internal static unsafe class NetPage
{
    public const int Length = 4096;

    public static MemoryWatch Create(IChoice choice, out uint start)
    {
        var watch = new MemoryWatch(Length);
        start = choice.Next(2) == 0 ? 0 : uint.MaxValue - (uint)choice.Next(600);
        RingPage.Initialize<DirectMemory>(watch.Shared, start);
        return watch;
    }
}
