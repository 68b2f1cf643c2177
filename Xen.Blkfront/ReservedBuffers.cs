using System.Runtime.InteropServices;
using Xen.Devices;
using Xen.Grants;

namespace Xen.Blkfront;

/// <summary>The buffers that callers reserve: runs of the reserved pages of one connection.</summary>
internal sealed unsafe class ReservedBuffers : IBlockBufferOwner
{
    private readonly Buffer[] _buffers;
    private readonly bool[] _isTaken;
    private readonly byte* _address;
    private string? _closedBy;

    public ReservedBuffers(DataPages pages)
    {
        _buffers = new Buffer[pages.ReservedPageCount];
        _isTaken = new bool[pages.ReservedPageCount];
        _address = pages.ReservedAddress;
    }

    private enum State : byte
    {
        Free,
        Reserved,
        InUse,
        DisposedInUse,
        Lost,
    }

    public int MaxLength => _isTaken.Length * GrantedPages.PageSize;

    /// <summary>Reserves the first run that is long enough. Zeroed: nothing goes from one holder to the next.</summary>
    public bool TryReserve(int length, out BlockBuffer buffer)
    {
        buffer = default;
        int count = PagesOf(length);
        int first = _closedBy is null ? FindRun(count) : -1;
        if (first < 0)
        {
            return false;
        }

        _isTaken.AsSpan(first, count).Fill(true);
        new Span<byte>(Address(first), count * GrantedPages.PageSize).Clear();
        ref Buffer taken = ref _buffers[first];
        taken.Length = length;
        taken.State = State.Reserved;
        buffer = new BlockBuffer(this, first, taken.Generation);
        return true;
    }

    public Span<byte> GetSpan(int index, uint generation)
    {
        ref Buffer buffer = ref Check(index, generation);
        if (buffer.State != State.Reserved)
        {
            throw new InvalidOperationException("An operation uses this block buffer: the backend can reach it until it has answered.");
        }

        return new Span<byte>(Address(index), buffer.Length);
    }

    public void Release(int index, uint generation)
    {
        ref Buffer buffer = ref _buffers[index];
        if (buffer.Generation != generation || _closedBy is not null)
        {
            return;
        }

        if (buffer.State == State.Reserved)
        {
            Free(index);
        }
        else if (buffer.State == State.InUse)
        {
            buffer.State = State.DisposedInUse;
            buffer.Generation++;
        }
    }

    /// <summary>Takes a buffer out of its holder's reach.</summary>
    /// <returns>Its length.</returns>
    public int BeginUse(BlockBuffer handle)
    {
        if (!ReferenceEquals(handle.Owner, this))
        {
            throw handle.Owner is ReservedBuffers { _closedBy: { } by }
                ? Gone(by)
                : new ArgumentException("The block buffer was reserved from another device.", nameof(handle));
        }

        ref Buffer buffer = ref Check(handle.Index, handle.Generation);
        if (buffer.State != State.Reserved)
        {
            throw new InvalidOperationException("Another operation uses this block buffer.");
        }

        buffer.State = State.InUse;
        return buffer.Length;
    }

    /// <summary>Gives a buffer back to its holder.</summary>
    public void EndUse(int index)
    {
        ref Buffer buffer = ref _buffers[index];
        if (buffer.State == State.DisposedInUse)
        {
            Free(index);
        }
        else if (buffer.State == State.InUse)
        {
            buffer.State = State.Reserved;
        }
    }

    /// <summary>The backend does not let go of a page of this buffer: it is nobody's any more (R7).</summary>
    public void Lose(int index) => _buffers[index].State = State.Lost;

    /// <summary>The bytes of a buffer in use, for a copy.</summary>
    public Span<byte> BytesInUse(int index) => new(Address(index), _buffers[index].Length);

    /// <summary>Ends every handle: the pages are about to go.</summary>
    public void Close(string by) => _closedBy = by;

    private static int PagesOf(int length) => (length + GrantedPages.PageSize - 1) / GrantedPages.PageSize;

    private static ObjectDisposedException Gone(string by) => new(nameof(BlockBuffer), $"This block buffer's memory is gone: {by}.");

    private byte* Address(int page) => _address + ((long)page * GrantedPages.PageSize);

    private ref Buffer Check(int index, uint generation)
    {
        if (_closedBy is not null)
        {
            throw Gone(_closedBy);
        }

        ref Buffer buffer = ref _buffers[index];
        ObjectDisposedException.ThrowIf(buffer.Generation != generation, typeof(BlockBuffer));
        return ref buffer;
    }

    private int FindRun(int count)
    {
        int run = 0;
        for (int page = 0; page < _isTaken.Length; page++)
        {
            run = _isTaken[page] ? 0 : run + 1;
            if (run == count)
            {
                return page - count + 1;
            }
        }

        return -1;
    }

    private void Free(int index)
    {
        ref Buffer buffer = ref _buffers[index];
        _isTaken.AsSpan(index, PagesOf(buffer.Length)).Clear();
        buffer.State = State.Free;
        buffer.Generation++;
    }

    [StructLayout(LayoutKind.Auto)]
    private struct Buffer
    {
        public int Length;
        public uint Generation;
        public State State;
    }
}
