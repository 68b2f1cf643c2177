using Xen.Platform;

namespace Xen.Unikernel;

/// <summary>The guest's memory by physical address, as far as the layer shows it: RAM, and what was placed.</summary>
internal sealed class UnikernelMemory : IPhysicalMemory
{
    public unsafe bool TryRead(ulong address, Span<byte> destination)
    {
        fixed (byte* first = destination)
        {
            return Layer.ReadPhysical(address, first, (ulong)destination.Length);
        }
    }
}
