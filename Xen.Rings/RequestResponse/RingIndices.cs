using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Xen.Rings;

/// <summary>
/// One side's private indices of one direction, free-running. Padded so that wherever the object lies, no other direction's indices
/// share their cache line: two threads that each work one direction do not disturb each other.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal struct RingIndices
{
    /// <summary>Producing: the next slot to fill. Consuming: the next slot to read.</summary>
    [FieldOffset(64)]
    public uint Next;

    /// <summary>Producing: what has been published. Consuming: the end of the batch, the peer's index as it was last read and checked.</summary>
    [FieldOffset(68)]
    public uint Limit;

    /// <summary>Producing at the front: slots before this index are known to be free; looked at again when it is reached.</summary>
    [FieldOffset(72)]
    public uint Room;

    /// <summary>Where a batch began is where the ring must be when it ends. A ring that broke meanwhile moved, and ends it in silence.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void ThrowUnless(bool isBroken, uint start, uint next)
    {
        if (!isBroken)
        {
            throw new InvalidOperationException(
                $"The batch began at index {start} and the ring is at {next}: while a batch is open, only the batch may use its direction of the ring.");
        }
    }
}
