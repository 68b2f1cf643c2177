using System.Runtime.InteropServices;
using Xen.Simulation.Choices;

namespace Xen.Checks.Memory;

/// <summary>
/// Shared pages under watch: counts how often each byte is read, remembers what the first read of each gave, refuses accesses beside
/// the pages, and can be a peer that writes any byte at any time.
/// </summary>
public sealed unsafe class MemoryWatch : IDisposable
{
    private const int RingIndices = 4;

    [ThreadStatic]
    private static MemoryWatch? _current;

    private readonly MemoryWatch? _outer = _current;
    private readonly int[] _loads;
    private readonly byte[] _firstRead;
    private IChoice? _attacker;

    /// <summary>Allocates zeroed pages and watches them until disposed.</summary>
    /// <param name="length">How many bytes.</param>
    public MemoryWatch(int length)
    {
        Length = length;
        Shared = (byte*)NativeMemory.AlignedAlloc((nuint)length, 64);
        Bytes.Clear();
        _loads = new int[length];
        _firstRead = new byte[length];
        _current = this;
    }

    /// <summary>The watch of this thread.</summary>
    public static MemoryWatch Current => _current ?? throw new InvalidOperationException("Nobody watches this memory.");

    /// <summary>The first byte.</summary>
    public byte* Shared { get; }

    /// <summary>How many bytes.</summary>
    public int Length { get; }

    /// <summary>The bytes, for the peer: not counted.</summary>
    public Span<byte> Bytes => new(Shared, Length);

    /// <summary>How many accesses there were since <see cref="Forget"/>.</summary>
    public int Accesses { get; private set; }

    /// <summary>True: every byte changes right after it is read, so that a second read gives something else (R2).</summary>
    public bool FlipsAfterLoad { get; set; }

    /// <summary>A peer on another processor: acts before each load, and is told where the load is.</summary>
    public Action<int>? PeerBeforeLoad { get; set; }

    /// <summary>From here on the peer may write any bytes before any load.</summary>
    /// <param name="choice">When, where and what.</param>
    public void Attack(IChoice choice) => _attacker = choice;

    /// <summary>Starts counting anew.</summary>
    public void Forget()
    {
        Accesses = 0;
        _loads.AsSpan().Clear();
    }

    /// <summary>How often the byte that was read most often was read since <see cref="Forget"/>.</summary>
    /// <param name="offset">Where to begin.</param>
    /// <param name="length">How many bytes to look at.</param>
    public int MostLoads(int offset, int length)
    {
        int most = 0;
        foreach (int loads in _loads.AsSpan(offset, length))
        {
            most = Math.Max(most, loads);
        }

        return most;
    }

    /// <summary>What the first read of each byte gave since <see cref="Forget"/>.</summary>
    /// <param name="offset">Where to begin.</param>
    /// <param name="length">How many bytes.</param>
    public ReadOnlySpan<byte> FirstRead(int offset, int length) => _firstRead.AsSpan(offset, length);

    /// <summary>Ends the watch and frees the pages.</summary>
    public void Dispose()
    {
        _current = _outer;
        NativeMemory.AlignedFree(Shared);
    }

    internal void BeforeLoad(byte* address, int length)
    {
        int offset = Offset(address, length);
        Accesses++;
        PeerBeforeLoad?.Invoke(offset);
        if (_attacker is not null && _attacker.Next(3) == 0)
        {
            Overwrite(_attacker);
        }
    }

    internal void AfterLoad(byte* address, ReadOnlySpan<byte> value)
    {
        int offset = Offset(address, value.Length);
        for (int i = 0; i < value.Length; i++)
        {
            if (_loads[offset + i]++ == 0)
            {
                _firstRead[offset + i] = value[i];
            }
        }

        if (FlipsAfterLoad)
        {
            FlipAll(offset, value.Length);
        }
    }

    internal void BeforeStore(byte* address, int length)
    {
        Offset(address, length);
        Accesses++;
    }

    private void FlipAll(int offset, int length)
    {
        foreach (ref byte value in Bytes.Slice(offset, length))
        {
            value = (byte)~value;
        }
    }

    /// <summary>A byte anywhere, or an index moved a little: the values next to the right ones find more than wild ones.</summary>
    private void Overwrite(IChoice choice)
    {
        if (choice.Next(2) == 0)
        {
            Bytes[choice.Next(Length)] = (byte)choice.Next(256);
            return;
        }

        Span<uint> words = MemoryMarshal.Cast<byte, uint>(Bytes);
        // Half of the time one of the indices: of all words of a page they would hardly ever be hit.
        words[choice.Next(2) == 0 ? choice.Next(RingIndices) : choice.Next(words.Length)] += (uint)(choice.Next(9) - 4);
    }

    private int Offset(byte* address, int length)
    {
        long offset = address - Shared;
        Expect.That(offset >= 0 && offset + length <= Length, $"An access of {length} bytes at {offset} of {Length} shared bytes.");
        return (int)offset;
    }
}
