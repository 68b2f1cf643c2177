using System.Runtime.CompilerServices;

namespace Xen.Rings;

/// <summary>
/// Responses that a frontend takes one after the other: what <see cref="FrontRing{TReq, TRsp, TMemory}.TryRead"/> does, with the index in a
/// local variable instead of the ring, and without another look at the peer's. From
/// <see cref="FrontRing{TReq, TRsp, TMemory}.BeginResponses"/> to <see cref="FrontRing{TReq, TRsp, TMemory}.End"/> nothing else may read
/// responses.
/// </summary>
/// <typeparam name="TReq">The request's wire structure.</typeparam>
/// <typeparam name="TRsp">The response's wire structure.</typeparam>
/// <typeparam name="TMemory">How to reach the ring's pages.</typeparam>
public ref struct ResponseBatch<TReq, TRsp, TMemory>
    where TReq : unmanaged
    where TRsp : unmanaged
    where TMemory : struct, ISharedMemory
{
    private readonly RingSlots<TReq, TRsp> _slots;
    private readonly uint _end;

    internal ResponseBatch(RingSlots<TReq, TRsp> slots, uint next, uint end)
    {
        _slots = slots;
        Start = next;
        Next = next;
        _end = end;
    }

    internal uint Start { get; }

    internal uint Next { get; private set; }

    /// <summary>Takes the next response: a private copy of its slot.</summary>
    /// <param name="response">The copy; default when there is none.</param>
    /// <returns>False at the end of the batch.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe bool TryRead(out TRsp response)
    {
        if (Next == _end)
        {
            response = default;
            return false;
        }

        response = TMemory.Read<TRsp>(_slots[Next]);
        Next++;
        return true;
    }
}
