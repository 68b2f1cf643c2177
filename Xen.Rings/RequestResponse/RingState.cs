namespace Xen.Rings;

/// <summary>
/// What one end of a ring knows and sees at one moment, for people: logs, errors, tools. Indices run freely and wrap at 2^32.
/// </summary>
/// <param name="End">Whose view.</param>
/// <param name="ReqProd">The shared <c>req_prod</c>.</param>
/// <param name="ReqEvent">The shared <c>req_event</c>.</param>
/// <param name="RspProd">The shared <c>rsp_prod</c>.</param>
/// <param name="RspEvent">The shared <c>rsp_event</c>.</param>
/// <param name="ProdPvt">The private producer index: <c>req_prod_pvt</c> of a front, <c>rsp_prod_pvt</c> of a back.</param>
/// <param name="Cons">The private consumer index: <c>rsp_cons</c> of a front, <c>req_cons</c> of a back.</param>
/// <param name="FreeSlots">How many messages this end may write before it must wait.</param>
/// <param name="Size">How many slots the ring has.</param>
/// <param name="IsBroken">True when the peer broke the protocol; the state is then that of the moment when it was found.</param>
public readonly record struct RingState(
    RingEnd End, uint ReqProd, uint ReqEvent, uint RspProd, uint RspEvent, uint ProdPvt, uint Cons, int FreeSlots, int Size, bool IsBroken)
{
    /// <summary>One line, in the words of Xen's header.</summary>
    public override string ToString()
    {
        string indices = End == RingEnd.Front
            ? $"req_prod={ReqProd} req_prod_pvt={ProdPvt} req_event={ReqEvent} rsp_prod={RspProd} rsp_cons={Cons} rsp_event={RspEvent}"
            : $"req_prod={ReqProd} req_cons={Cons} req_event={ReqEvent} rsp_prod={RspProd} rsp_prod_pvt={ProdPvt} rsp_event={RspEvent}";
        return $"{(End == RingEnd.Front ? "front" : "back")} {indices} free={FreeSlots}/{Size}{(IsBroken ? " broken" : "")}";
    }
}
