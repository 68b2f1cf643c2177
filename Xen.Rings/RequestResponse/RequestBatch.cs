using System.Runtime.CompilerServices;

namespace Xen.Rings;

/// <summary>
/// Requests that a frontend writes one after the other: what <see cref="FrontRing{TReq, TRsp, TMemory}.TryWrite"/> does, with the index in
/// a local variable instead of the ring. From <see cref="FrontRing{TReq, TRsp, TMemory}.BeginRequests"/> to
/// <see cref="FrontRing{TReq, TRsp, TMemory}.Push(RequestBatch{TReq, TRsp, TMemory})"/> nothing else may write requests.
/// </summary>
/// <typeparam name="TReq">The request's wire structure.</typeparam>
/// <typeparam name="TRsp">The response's wire structure.</typeparam>
/// <typeparam name="TMemory">How to reach the ring's pages.</typeparam>
public ref struct RequestBatch<TReq, TRsp, TMemory>
    where TReq : unmanaged
    where TRsp : unmanaged
    where TMemory : struct, ISharedMemory
{
    private readonly RingSlots<TReq, TRsp> _slots;
    private readonly uint _end;

    internal RequestBatch(RingSlots<TReq, TRsp> slots, uint next, uint end)
    {
        _slots = slots;
        Start = next;
        Next = next;
        _end = end;
    }

    internal uint Start { get; }

    internal uint Next { get; private set; }

    /// <summary>Fills the next slot. The peer does not see it before the ring's push.</summary>
    /// <param name="request">The request.</param>
    /// <returns>False when the ring is full, or was broken when the batch began. A ring that breaks meanwhile publishes nothing of the batch.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe bool TryWrite(in TReq request)
    {
        if (Next == _end)
        {
            return false;
        }

        TMemory.Write(_slots[Next], in request);
        Next++;
        return true;
    }
}
