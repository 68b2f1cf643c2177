using System.Buffers;

namespace Xen.Devices;

/// <summary>
/// A pooled received frame: pages in order, lent to one holder at a time. For those who write devices; applications see
/// <see cref="ReceivedFrame"/>. Life: empty → <see cref="Append"/> → <see cref="Lend"/> → (<see cref="ReceivedFrame.Take"/> →
/// <see cref="ReceivedFrame.Dispose"/>, or <see cref="EndLoan"/>) → recycled, empty again.
/// </summary>
public sealed class ReceivedFrameBuffer
{
    private readonly IReceivedFrameOwner _owner;
    private ReceivePage? _last;
    private uint _generation;
    private State _state;

    /// <summary>Makes an empty frame.</summary>
    /// <param name="owner">Who gets it back.</param>
    public ReceivedFrameBuffer(IReceivedFrameOwner owner)
    {
        ArgumentNullException.ThrowIfNull(owner);
        _owner = owner;
    }

    private enum State : byte
    {
        Empty,
        Lent,
        Taken,
    }

    /// <summary>The first page, or <see langword="null"/> while it is empty.</summary>
    public ReceivePage? FirstPage { get; private set; }

    /// <summary>Bytes in all.</summary>
    public int Length { get; private set; }

    /// <summary>What the sender left to this side.</summary>
    public FrameOffload Offload { get; set; }

    /// <summary>Adds a part of a page.</summary>
    /// <param name="page">The page; the frame owns it from here on.</param>
    /// <param name="offset">Where in the page.</param>
    /// <param name="length">How many bytes.</param>
    public void Append(ReceivePage page, int offset, int length)
    {
        ArgumentNullException.ThrowIfNull(page);
        page.Append(_last, offset, length);
        FirstPage ??= page;
        _last = page;
        Length += length;
    }

    /// <summary>Lends the frame to a handler.</summary>
    public ReceivedFrame Lend()
    {
        _state = State.Lent;
        return new ReceivedFrame(this, _generation);
    }

    /// <summary>Ends the loan: the frame is recycled unless its borrower took it.</summary>
    /// <param name="frame">What <see cref="Lend"/> gave.</param>
    public void EndLoan(ReceivedFrame frame)
    {
        if (frame.IsOf(this, _generation) && _state == State.Lent)
        {
            Recycle();
        }
    }

    /// <summary>For the owner: forgets the pages, which the owner has put elsewhere.</summary>
    public void Clear()
    {
        FirstPage = null;
        _last = null;
        Length = 0;
        Offload = default;
        _state = State.Empty;
    }

    internal ReadOnlySequence<byte> GetPayload(uint generation)
    {
        Check(generation);
        return FirstPage == _last
            ? new ReadOnlySequence<byte>(FirstPage!.Memory)
            : new ReadOnlySequence<byte>(FirstPage!, 0, _last!, _last!.Memory.Length);
    }

    internal ReadOnlySpan<byte> GetFirstSpan(uint generation)
    {
        Check(generation);
        return FirstPage!.Memory.Span;
    }

    internal ReceivedFrameBuffer Check(uint generation) => generation == _generation && _state != State.Empty
        ? this
        : throw new ObjectDisposedException(nameof(ReceivedFrame), "This frame was given back: a handler borrows a frame until it returns, unless it takes it.");

    internal void Take(uint generation)
    {
        Check(generation);
        if (_state == State.Taken)
        {
            throw new InvalidOperationException("This frame was taken already: it has one owner.");
        }

        _state = State.Taken;
    }

    internal void Release(uint generation)
    {
        if (generation == _generation && _state == State.Taken)
        {
            Recycle();
        }
    }

    private void Recycle()
    {
        _generation++;
        _state = State.Empty;
        _owner.Recycle(this);
    }
}
