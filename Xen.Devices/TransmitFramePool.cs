using System.Numerics;
using System.Runtime.InteropServices;

namespace Xen.Devices;

/// <summary>
/// The memory of a device's transmit side: contiguous pages, reserved in runs so that each frame is contiguous. For those who write
/// devices. It knows pages and generations, neither rings nor credits.
/// </summary>
/// <remarks>
/// A reserved frame is all zero (R16): what an earlier frame left is cleared when its pages are reserved again, and only as far as it
/// wrote. Single pages come from the low end and longer runs from the high end, so that they do not fragment each other.
/// </remarks>
public sealed unsafe class TransmitFramePool
{
    /// <summary>Bytes in a page.</summary>
    public const int PageSize = 4096;

    private const int WordBits = 64;
    private const int LargestFrame = 65536;

    private readonly ulong[] _free;
    private readonly Frame[] _frames;
    private readonly ushort[] _dirty;
    private readonly byte* _memory;
    private byte[]? _nowhere;

    /// <summary>Makes a pool over memory that stays its caller's.</summary>
    /// <param name="memory">The first page, zeroed.</param>
    /// <param name="pageCount">How many pages.</param>
    public TransmitFramePool(byte* memory, int pageCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pageCount);
        _memory = memory;
        _free = new ulong[(pageCount + WordBits - 1) / WordBits];
        _frames = new Frame[pageCount];
        _dirty = new ushort[pageCount];
        FreePages = pageCount;
        for (int page = 0; page < pageCount; page++)
        {
            _free[page / WordBits] |= 1UL << page;
        }
    }

    private enum State : byte
    {
        Free,
        Reserved,
        Sent,
    }

    /// <summary>True once <see cref="Detach"/> was called.</summary>
    public bool IsDetached => _nowhere is not null;

    /// <summary>Pages that nobody holds.</summary>
    public int FreePages { get; private set; }

    /// <summary>Pages in all.</summary>
    public int PageCount => _frames.Length;

    /// <summary>How many pages a frame takes.</summary>
    /// <param name="length">Its bytes.</param>
    public static int PagesOf(int length) => (length + PageSize - 1) / PageSize;

    /// <summary>Reserves a run of pages.</summary>
    /// <param name="length">Bytes of the frame.</param>
    /// <param name="index">The frame: the number of its first page.</param>
    /// <param name="generation">Which use of it.</param>
    public bool TryReserve(int length, out int index, out uint generation)
    {
        int pages = PagesOf(length);
        index = pages == 1 ? FindPage() : FindRun(pages);
        generation = 0;
        if (index < 0)
        {
            return false;
        }

        for (int page = index; page < index + pages; page++)
        {
            _free[page / WordBits] &= ~(1UL << page);
            new Span<byte>(AddressOf(page), _dirty[page]).Clear();
            _dirty[page] = (ushort)Math.Min(length - ((page - index) * PageSize), PageSize);
        }

        FreePages -= pages;
        ref Frame frame = ref _frames[index];
        frame.Length = length;
        frame.Offload = default;
        frame.State = State.Reserved;
        generation = frame.Generation;
        return true;
    }

    /// <summary>The frame's bytes.</summary>
    /// <param name="index">A reserved frame.</param>
    /// <param name="generation">Which use of it.</param>
    /// <exception cref="ObjectDisposedException">That use is over.</exception>
    public Span<byte> GetSpan(int index, uint generation) => new(AddressOf(index), Check(index, generation).Length);

    /// <summary>What the frame leaves to the other side. The holder may change it.</summary>
    /// <param name="index">A reserved frame.</param>
    /// <param name="generation">Which use of it.</param>
    /// <exception cref="ObjectDisposedException">That use is over.</exception>
    public ref FrameOffload Offload(int index, uint generation) => ref Check(index, generation).Offload;

    /// <summary>Ends the holder's use: the frame is the device's until <see cref="Free"/>.</summary>
    /// <param name="index">A reserved frame.</param>
    /// <param name="generation">Which use of it.</param>
    /// <exception cref="ObjectDisposedException">That use is over.</exception>
    public void MarkSent(int index, uint generation)
    {
        ref Frame frame = ref Check(index, generation);
        frame.Generation++;
        frame.State = State.Sent;
    }

    /// <summary>Ends the holder's use and frees the frame, if that use is not over.</summary>
    /// <param name="index">The frame.</param>
    /// <param name="generation">Which use of it.</param>
    /// <returns>False when it was over.</returns>
    public bool TryRelease(int index, uint generation)
    {
        ref Frame frame = ref _frames[index];
        if (frame.Generation != generation || frame.State != State.Reserved)
        {
            return false;
        }

        frame.Generation++;
        frame.State = State.Sent;
        Free(index);
        return true;
    }

    /// <summary>Bytes of a frame that was sent.</summary>
    /// <param name="index">The frame.</param>
    public int LengthOf(int index) => _frames[index].Length;

    /// <summary>What a frame that was sent leaves to the other side.</summary>
    /// <param name="index">The frame.</param>
    public FrameOffload OffloadOf(int index) => _frames[index].Offload;

    /// <summary>The first byte of a frame.</summary>
    /// <param name="index">The frame.</param>
    public byte* AddressOf(int index) => _nowhere is null
        ? _memory + ((long)index * PageSize)
        : (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_nowhere, 0);

    /// <summary>Frees a frame that was sent.</summary>
    /// <param name="index">The frame.</param>
    public void Free(int index)
    {
        ref Frame frame = ref _frames[index];
        if (frame.State != State.Sent)
        {
            throw new InvalidOperationException($"Frame {index} is not on its way ({frame.State}): it cannot be freed.");
        }

        int pages = PagesOf(frame.Length);
        frame.State = State.Free;
        for (int page = index; page < index + pages; page++)
        {
            _free[page / WordBits] |= 1UL << page;
        }

        FreePages += pages;
    }

    /// <summary>
    /// Lets go of the memory, which is about to be given back. Who still holds a frame keeps a span of the right length to write into, which
    /// leads nowhere.
    /// </summary>
    public void Detach()
    {
        _nowhere ??= GC.AllocateArray<byte>(FreePages == PageCount ? 1 : LargestFrame, pinned: true);
    }

    private ref Frame Check(int index, uint generation)
    {
        ref Frame frame = ref _frames[index];
        if (frame.Generation != generation || frame.State != State.Reserved)
        {
            throw new ObjectDisposedException(nameof(TransmitFrame), "This frame was sent or disposed: its memory is the device's again.");
        }

        return ref frame;
    }

    private int FindPage()
    {
        for (int word = 0; word < _free.Length; word++)
        {
            if (_free[word] != 0)
            {
                return (word * WordBits) + BitOperations.TrailingZeroCount(_free[word]);
            }
        }

        return -1;
    }

    private int FindRun(int pages)
    {
        int run = 0;
        for (int page = PageCount - 1; page >= 0; page--)
        {
            bool free = (_free[page / WordBits] & (1UL << page)) != 0;
            run = free ? run + 1 : 0;
            if (run == pages)
            {
                return page;
            }
        }

        return -1;
    }

    private struct Frame
    {
        public FrameOffload Offload;
        public int Length;
        public uint Generation;
        public State State;
    }
}
