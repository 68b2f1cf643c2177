using System.Numerics;

namespace Xen.Rings;

/// <summary>What both ends of a byte-stream ring demand of where it lies.</summary>
internal static unsafe class ByteRingIndices
{
    public static void Check(byte* buffer, int size, uint* cons, uint* prod)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        ArgumentNullException.ThrowIfNull(cons);
        ArgumentNullException.ThrowIfNull(prod);
        if (!BitOperations.IsPow2(size))
        {
            throw new ArgumentOutOfRangeException(nameof(size), size, "The size of a byte ring is a power of two.");
        }
    }
}
