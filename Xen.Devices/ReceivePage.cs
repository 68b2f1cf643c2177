using System.Buffers;

namespace Xen.Devices;

/// <summary>A page that frames are received into, and its place in the frame that it is part of: for those who write devices.</summary>
public sealed unsafe class ReceivePage : ReadOnlySequenceSegment<byte>
{
    private readonly ReadOnlyMemory<byte> _whole;

    /// <summary>Describes a page.</summary>
    /// <param name="index">Its number in its pool.</param>
    /// <param name="address">Its first byte.</param>
    /// <param name="length">Its length in bytes.</param>
    public ReceivePage(int index, byte* address, int length)
    {
        Index = index;
        Address = address;
        _whole = new PageMemory(address, length).Memory;
    }

    /// <summary>Its number in its pool.</summary>
    public int Index { get; }

    /// <summary>Its first byte.</summary>
    public byte* Address { get; }

    /// <summary>The next page of the same frame, or <see langword="null"/>.</summary>
    public ReceivePage? NextPage => (ReceivePage?)Next;

    /// <summary>Puts a part of this page behind the last page of a frame.</summary>
    /// <param name="previous">The last page so far, or <see langword="null"/> for the first.</param>
    /// <param name="offset">Where the part begins.</param>
    /// <param name="length">How long it is.</param>
    internal void Append(ReceivePage? previous, int offset, int length)
    {
        Memory = _whole.Slice(offset, length);
        Next = null;
        RunningIndex = previous is null ? 0 : previous.RunningIndex + previous.Memory.Length;
        previous?.Next = this;
    }

    private sealed class PageMemory(byte* address, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => new(address, length);

        // The page is outside the collected heap: it does not move, so pinning costs nothing and needs no undoing.
        public override MemoryHandle Pin(int elementIndex = 0) => new(address + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
