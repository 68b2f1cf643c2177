using System.Numerics;

namespace Xen.Platform;

/// <summary>Which of a row of page frames are taken: allocates contiguous runs, without garbage. The search begins where the last one ended.</summary>
public sealed class FrameBitmap
{
    private readonly ulong[] _taken;
    private int _hint;

    /// <summary>Makes a bitmap with every frame free.</summary>
    /// <param name="count">How many frames.</param>
    public FrameBitmap(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        Count = count;
        _taken = new ulong[(count + 63) / 64];
    }

    /// <summary>How many frames.</summary>
    public int Count { get; }

    /// <summary>How many of them are taken.</summary>
    public int TakenCount { get; private set; }

    /// <summary>Takes a run of frames.</summary>
    /// <param name="length">How many, at least 1.</param>
    /// <returns>The first one's index, or -1 when no such run is free.</returns>
    public int Take(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        int first = Find(length, _hint, Count);
        if (first < 0)
        {
            first = Find(length, 0, Math.Min(Count, _hint + length - 1));
        }

        if (first >= 0)
        {
            Mark(first, length);
            _hint = first + length == Count ? 0 : first + length;
        }

        return first;
    }

    /// <summary>Frees a run that was taken.</summary>
    /// <param name="first">The first one's index.</param>
    /// <param name="length">How many.</param>
    /// <exception cref="InvalidOperationException">A frame of the run is free already.</exception>
    public void Free(int first, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first + length, Count);
        for (int i = first; i < first + length; i++)
        {
            if (!IsTaken(i))
            {
                throw new InvalidOperationException($"Frame {i} of {Count} is free already: it was given back twice, or never taken.");
            }

            _taken[i >> 6] &= ~(1UL << i);
        }

        TakenCount -= length;
    }

    /// <summary>True for a frame that is taken.</summary>
    /// <param name="index">Its index.</param>
    public bool IsTaken(int index) => (_taken[index >> 6] >> index & 1) != 0;

    private int Find(int length, int begin, int end)
    {
        int run = 0;
        for (int i = begin; i < end;)
        {
            ulong rest = ~_taken[i >> 6] >> i;
            if (rest == 0)
            {
                run = 0;
                i = (i | 63) + 1;
                continue;
            }

            int skip = BitOperations.TrailingZeroCount(rest);
            if (skip > 0)
            {
                run = 0;
                i += skip;
                continue;
            }

            i++;
            if (++run == length)
            {
                return i - length;
            }
        }

        return -1;
    }

    private void Mark(int first, int length)
    {
        for (int i = first; i < first + length; i++)
        {
            _taken[i >> 6] |= 1UL << i;
        }

        TakenCount += length;
    }
}
