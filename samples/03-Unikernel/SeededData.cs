using System.Buffers.Binary;
using System.Numerics;

namespace Unikernel;

/// <summary>Random-looking bytes that a seed fixes: every part of the stream can be made, and compared, by itself, here and elsewhere.</summary>
internal static class SeededData
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

    /// <summary>A running CRC-32C, begun with 0, of a whole number of words.</summary>
    internal static uint Sum(ReadOnlySpan<byte> bytes, uint sum)
    {
        for (; bytes.Length >= WordSize; bytes = bytes[WordSize..])
        {
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        return sum;
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
