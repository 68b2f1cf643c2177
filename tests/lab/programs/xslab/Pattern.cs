using System.Buffers.Binary;

namespace Xen.Lab;

/// <summary>Random-looking bytes that a seed fixes: every part of the stream can be made, and compared, by itself.</summary>
internal static class Pattern
{
    private const int WordSize = sizeof(ulong);

    /// <summary>Writes the bytes of the stream from <paramref name="offset"/>, a multiple of 8.</summary>
    internal static void Fill(Span<byte> bytes, ulong seed, ulong offset)
    {
        ulong index = offset / WordSize;
        for (; bytes.Length >= WordSize; bytes = bytes[WordSize..])
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, Word(seed, index++));
        }
    }

    /// <summary>Finds the first byte that differs from the stream; -1 when none does.</summary>
    internal static int Difference(ReadOnlySpan<byte> bytes, ulong seed, ulong offset)
    {
        Span<byte> expected = stackalloc byte[4096];
        for (int at = 0; at < bytes.Length; at += expected.Length)
        {
            ReadOnlySpan<byte> part = bytes.Slice(at, Math.Min(expected.Length, bytes.Length - at));
            Fill(expected, seed, offset + (ulong)at);
            int same = part.CommonPrefixLength(expected);
            if (same < part.Length)
            {
                return at + same;
            }
        }

        return -1;
    }

    /// <summary>Writes a file with the first bytes of the stream.</summary>
    internal static string Write(string path, ulong seed, int mebibytes)
    {
        byte[] buffer = new byte[1 << 20];
        using FileStream file = File.OpenWrite(path);
        for (int i = 0; i < mebibytes; i++)
        {
            Fill(buffer, seed, (ulong)i << 20);
            file.Write(buffer);
        }

        return $"{mebibytes} MiB of seed {seed} in {path}";
    }

    /// <summary>Compares a file with the first bytes of the stream.</summary>
    internal static string Compare(string path, ulong seed, int mebibytes)
    {
        byte[] buffer = new byte[1 << 20];
        using FileStream file = File.OpenRead(path);
        for (int i = 0; i < mebibytes; i++)
        {
            file.ReadExactly(buffer);
            int difference = Difference(buffer, seed, (ulong)i << 20);
            Lab.Expect(difference < 0, $"{path} to equal seed {seed}; it differs at byte {((long)i << 20) + difference}");
        }

        return $"{path} equals {mebibytes} MiB of seed {seed}";
    }

    // SplitMix64 over the position: every word is independent of the others.
    private static ulong Word(ulong seed, ulong index)
    {
        ulong z = (seed * 0xD1342543DE82EF95) + ((index + 1) * 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
