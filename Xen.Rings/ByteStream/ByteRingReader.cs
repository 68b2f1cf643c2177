namespace Xen.Rings;

/// <summary>
/// The consuming end of one direction of a byte-stream ring (console, xenstore, vchan). It never notifies; these protocols have no
/// event suppression, so the peer is to be notified whenever bytes were read: it may wait for room.
/// </summary>
/// <typeparam name="TMemory">How to reach the ring's page.</typeparam>
public sealed unsafe class ByteRingReader<TMemory>
    where TMemory : struct, ISharedMemory
{
    private readonly byte* _buffer;
    private readonly uint* _cons;
    private readonly uint* _prod;
    private readonly uint _size;
    private uint _next;

    /// <summary>Attaches at the consumer index that the page holds.</summary>
    /// <param name="buffer">The bytes of this direction.</param>
    /// <param name="size">How many, a power of two.</param>
    /// <param name="cons">The consumer index, which this end writes.</param>
    /// <param name="prod">The producer index, which the peer writes.</param>
    public ByteRingReader(byte* buffer, int size, uint* cons, uint* prod)
    {
        ByteRingIndices.Check(buffer, size, cons, prod);
        _buffer = buffer;
        _size = (uint)size;
        _cons = cons;
        _prod = prod;
        _next = TMemory.LoadUInt32(cons);
    }

    /// <summary>True once the indices made no sense (R15). Nothing is copied from then on.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>How many bytes can be read now; 0 also when the ring is broken.</summary>
    public int AvailableBytes()
    {
        if (IsBroken)
        {
            return 0;
        }

        // Acquire: bytes are read after the index. Partner: the release store in ByteRingWriter.Write.
        uint unread = TMemory.LoadUInt32(_prod) - _next;
        IsBroken = unread > _size;
        return IsBroken ? 0 : (int)unread;
    }

    /// <summary>Reads what is there and gives its room back.</summary>
    /// <param name="destination">Where to.</param>
    /// <returns>How many bytes; notify the peer unless it is 0, which means that the ring is empty or broken.</returns>
    public int Read(Span<byte> destination)
    {
        int count = Math.Min(AvailableBytes(), destination.Length);
        if (count == 0)
        {
            return 0;
        }

        int offset = (int)(_next & (_size - 1));
        int first = Math.Min(count, (int)_size - offset);
        TMemory.CopyFrom(_buffer + offset, destination[..first]);
        TMemory.CopyFrom(_buffer, destination[first..count]);
        _next += (uint)count;
        // Release: the peer sees the room only after the bytes have been read.
        TMemory.StoreUInt32(_cons, _next);
        return count;
    }
}
