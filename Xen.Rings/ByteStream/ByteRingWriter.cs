namespace Xen.Rings;

/// <summary>
/// The producing end of one direction of a byte-stream ring (console, xenstore, vchan). It never notifies; these protocols have no
/// event suppression, so the peer is to be notified whenever bytes were written.
/// </summary>
/// <typeparam name="TMemory">How to reach the ring's page.</typeparam>
public sealed unsafe class ByteRingWriter<TMemory>
    where TMemory : struct, ISharedMemory
{
    private readonly byte* _buffer;
    private readonly uint* _cons;
    private readonly uint* _prod;
    private readonly uint _size;
    private uint _next;

    /// <summary>Attaches at the producer index that the page holds.</summary>
    /// <param name="buffer">The bytes of this direction.</param>
    /// <param name="size">How many, a power of two.</param>
    /// <param name="cons">The consumer index, which the peer writes.</param>
    /// <param name="prod">The producer index, which this end writes.</param>
    public ByteRingWriter(byte* buffer, int size, uint* cons, uint* prod)
    {
        ByteRingIndices.Check(buffer, size, cons, prod);
        _buffer = buffer;
        _size = (uint)size;
        _cons = cons;
        _prod = prod;
        _next = TMemory.LoadUInt32(prod);
    }

    /// <summary>True once the indices made no sense (R15). Nothing is copied from then on.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>How many bytes can be written now; 0 also when the ring is broken.</summary>
    public int FreeBytes()
    {
        if (IsBroken)
        {
            return 0;
        }

        // Acquire: bytes are overwritten after the peer said that it has read them. Partner: the release store in ByteRingReader.Read.
        uint used = _next - TMemory.LoadUInt32(_cons);
        IsBroken = used > _size;
        return IsBroken ? 0 : (int)(_size - used);
    }

    /// <summary>Writes as much as fits and publishes it.</summary>
    /// <param name="source">What to write.</param>
    /// <returns>How many bytes; notify the peer unless it is 0, which means that the ring is full or broken.</returns>
    public int Write(ReadOnlySpan<byte> source)
    {
        int count = Math.Min(FreeBytes(), source.Length);
        if (count == 0)
        {
            return 0;
        }

        int offset = (int)(_next & (_size - 1));
        int first = Math.Min(count, (int)_size - offset);
        TMemory.CopyTo(_buffer + offset, source[..first]);
        TMemory.CopyTo(_buffer, source[first..count]);
        _next += (uint)count;
        // Release: the peer sees the bytes before the index.
        TMemory.StoreUInt32(_prod, _next);
        return count;
    }
}
