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
}
