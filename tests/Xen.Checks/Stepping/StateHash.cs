using System.Runtime.InteropServices;

namespace Xen.Checks.Stepping;

/// <summary>128 bits that stand for a state: two independent mixes, the same on every runtime.</summary>
internal struct StateHash
{
    private ulong _low;
    private ulong _high;

    public void Add(ulong value)
    {
        _low = (_low ^ value) * 0x9E3779B97F4A7C15;
        _low ^= _low >> 29;
        _high = (_high + value + 0xD1B54A32D192ED03) * 0xBF58476D1CE4E5B9;
        _high ^= _high >> 31;
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            Add(word);
        }

        for (int i = bytes.Length & ~7; i < bytes.Length; i++)
        {
            Add(bytes[i]);
        }
    }

    public readonly UInt128 Value => new(_high, _low);
}
