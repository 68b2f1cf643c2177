namespace Xen.Simulation.Choices;

/// <summary>Choices drawn from a seed: SplitMix64, so that a seed means the same on every runtime for ever.</summary>
/// <param name="seed">Any number.</param>
public sealed class SeededChoice(ulong seed) : IChoice
{
    private ulong _state = seed;

    /// <inheritdoc />
    public int Next(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        // The high half of the 128-bit product: no bias worth a loop for the small bounds used here.
        return (int)Math.BigMul((ulong)bound, NextUInt64(), out _);
    }

    /// <summary>Draws 64 bits.</summary>
    public ulong NextUInt64()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong mixed = _state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>Fills a buffer.</summary>
    /// <param name="bytes">Where to.</param>
    public void Fill(Span<byte> bytes)
    {
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        for (int i = 0; i < bytes.Length; i += sizeof(ulong))
        {
            System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(word, NextUInt64());
            Span<byte> rest = bytes[i..];
            word[..Math.Min(rest.Length, word.Length)].CopyTo(rest);
        }
    }
}
