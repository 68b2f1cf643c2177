namespace Xen.Speed.Generator;

/// <summary>The order in which blocks are visited: each before any a second time, no two neighbours together, so that nothing is merged.</summary>
internal static class BlockOrder
{
    // Odd, so it visits every block of a number that is a power of two; large, so the next one is far away.
    private const ulong Step = 0x9E3779B1;

    /// <summary>The disk's size: every block size divides it.</summary>
    public const long DiskBytes = 64 << 20;

    /// <summary>Where block number <paramref name="index"/> begins, in bytes.</summary>
    public static long OffsetOf(int index, int blockBytes) => (long)((ulong)index * Step % (ulong)(DiskBytes / blockBytes)) * blockBytes;
}
