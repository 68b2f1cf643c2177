using System.Numerics;
using System.Runtime.CompilerServices;

namespace Xen.Rings;

/// <summary>Where a ring lies and how many slots it has: resolved once, when the ring is connected.</summary>
internal readonly unsafe struct RingSlots<TReq, TRsp>
    where TReq : unmanaged
    where TRsp : unmanaged
{
    public RingSlots(byte* shared, int length)
    {
        ArgumentNullException.ThrowIfNull(shared);
        int fitting = (length - RingPage.HeaderSize) / SlotSize;
        if (fitting < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(length), length, $"A ring needs at least {RingPage.HeaderSize + SlotSize} bytes: a header of {RingPage.HeaderSize} and one slot of {SlotSize}.");
        }

        First = shared + RingPage.HeaderSize;
        Mask = (uint)((1 << BitOperations.Log2((uint)fitting)) - 1);
    }

    /// <summary>The first slot, behind the header.</summary>
    public byte* First { get; }

    public uint Mask { get; }

    public uint Size => Mask + 1;

    public byte* this[uint index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => First + ((nuint)(index & Mask) * (nuint)SlotSize);
    }

    /// <summary>One of the header's indices.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint* Header(int offset) => (uint*)(First - RingPage.HeaderSize + offset);

    /// <summary>A slot is a union of request and response.</summary>
    private static int SlotSize => Math.Max(sizeof(TReq), sizeof(TRsp));
}
