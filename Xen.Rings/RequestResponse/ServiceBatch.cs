using System.Runtime.CompilerServices;

namespace Xen.Rings;

/// <summary>
/// Requests that a backend takes and answers one after the other: what <see cref="BackRing{TReq, TRsp, TMemory}.TryRead"/> and
/// <see cref="BackRing{TReq, TRsp, TMemory}.TryWrite"/> do, with the indices in local variables instead of the ring, and without another
/// look at the peer's. From <see cref="BackRing{TReq, TRsp, TMemory}.BeginService"/> to
/// <see cref="BackRing{TReq, TRsp, TMemory}.Push(ServiceBatch{TReq, TRsp, TMemory})"/> nothing else may read or write.
/// </summary>
/// <typeparam name="TReq">The request's wire structure.</typeparam>
/// <typeparam name="TRsp">The response's wire structure.</typeparam>
/// <typeparam name="TMemory">How to reach the ring's pages.</typeparam>
public ref struct ServiceBatch<TReq, TRsp, TMemory>
    where TReq : unmanaged
    where TRsp : unmanaged
    where TMemory : struct, ISharedMemory
{
    private readonly RingSlots<TReq, TRsp> _slots;
    private readonly uint _end;

    internal ServiceBatch(RingSlots<TReq, TRsp> slots, uint reqCons, uint end, uint rspProdPvt)
    {
        _slots = slots;
        Start = reqCons + rspProdPvt;
        ReqCons = reqCons;
        _end = end;
        RspProdPvt = rspProdPvt;
    }

    /// <summary>The sum of both indices: they only grow, so it tells when either moved.</summary>
    internal uint Start { get; }

    internal uint ReqCons { get; private set; }

    internal uint RspProdPvt { get; private set; }

    /// <summary>Takes the next request: a private copy of its slot.</summary>
    /// <param name="request">The copy; default when there is none.</param>
    /// <returns>False at the end of the batch.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe bool TryRead(out TReq request)
    {
        if (ReqCons == _end)
        {
            request = default;
            return false;
        }

        request = TMemory.Read<TReq>(_slots[ReqCons]);
        ReqCons++;
        return true;
    }

    /// <summary>Fills the slot of the next response. The peer does not see it before the ring's push.</summary>
    /// <param name="response">The response.</param>
    /// <returns>False when every request taken has its response.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe bool TryWrite(in TRsp response)
    {
        if (RspProdPvt == ReqCons)
        {
            return false;
        }

        TMemory.Write(_slots[RspProdPvt], in response);
        RspProdPvt++;
        return true;
    }
}
