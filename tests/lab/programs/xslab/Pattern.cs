using Unikernel;

namespace Xen.Lab;

/// <summary>Files with the seeded data of <see cref="SeededData"/>, which the unikernel sample writes to its disks too.</summary>
internal static class Pattern
{
    private const int PieceBytes = 1 << 20;

    /// <summary>Writes a file with the first bytes of the stream.</summary>
    internal static string Write(string path, ulong seed, int mebibytes)
    {
        byte[] buffer = new byte[PieceBytes];
        using FileStream file = File.OpenWrite(path);
        for (int i = 0; i < mebibytes; i++)
        {
            SeededData.Fill(buffer, seed, (ulong)i * PieceBytes);
            file.Write(buffer);
        }

        return $"{mebibytes} MiB of seed {seed} in {path}";
    }

    /// <summary>Compares a file with the first bytes of the stream.</summary>
    internal static string Compare(string path, ulong seed, int mebibytes)
    {
        byte[] buffer = new byte[PieceBytes];
        uint sum = 0;
        using FileStream file = File.OpenRead(path);
        for (int i = 0; i < mebibytes; i++)
        {
            file.ReadExactly(buffer);
            int difference = SeededData.Difference(buffer, seed, (ulong)i * PieceBytes);
            Lab.Expect(difference < 0, $"{path} to equal seed {seed}; it differs at byte {((long)i * PieceBytes) + difference}");
            sum = SeededData.Sum(buffer, sum);
        }

        return $"{path} equals {mebibytes} MiB of seed {seed}, CRC-32C {sum:x8}";
    }
}
