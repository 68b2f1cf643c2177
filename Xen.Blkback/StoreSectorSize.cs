using System.Numerics;

namespace Xen.Blkback;

/// <summary>The sector sizes that a store may have.</summary>
internal static class StoreSectorSize
{
    public const int Smallest = 512;
    public const int Largest = 4096;

    public static void Check(int sectorSize)
    {
        if (sectorSize is < Smallest or > Largest || !BitOperations.IsPow2(sectorSize))
        {
            throw new ArgumentOutOfRangeException(nameof(sectorSize), sectorSize, "A power of two from 512 to 4096 was expected.");
        }
    }
}
