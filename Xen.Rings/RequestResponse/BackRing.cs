using System.Runtime.CompilerServices;

namespace Xen.Rings;

/// <summary>
/// The backend's end of a request and response ring: take requests with <see cref="TryRead"/>, and before sleeping ask
/// <see cref="FinalCheck()"/>; fill slots with <see cref="TryWrite"/>, publish them with <see cref="Push()"/>. It never notifies: it says
/// when to.
/// </summary>
/// <remarks>
/// The peer is hostile: its index is read once for each batch and checked (R1), a slot is copied once (R2), and nothing this end decides
/// depends on what the peer can write into this end's own indices. A peer that breaks the protocol leaves the ring broken for good:
/// from then on no shared byte is touched (R11).
/// </remarks>
/// <typeparam name="TReq">The request's wire structure.</typeparam>
/// <typeparam name="TRsp">The response's wire structure.</typeparam>
/// <typeparam name="TMemory">How to reach the ring's pages.</typeparam>
public sealed unsafe class BackRing<TReq, TRsp, TMemory>
    where TReq : unmanaged
    where TRsp : unmanaged
    where TMemory : struct, ISharedMemory
{
    private readonly RingSlots<TReq, TRsp> _slots;
    private RingState _atBreak;
    private RingIndices _requests;
    private RingIndices _responses;

    /// <summary>
    /// Attaches to a ring that its frontend initialised, at the responses that were published: 0 on a new ring, later when an earlier
    /// backend served it (the requests after that are served again).
    /// </summary>
    /// <param name="shared">The first byte of the ring's pages, contiguous; they must outlive every use of this object.</param>
    /// <param name="length">How many bytes: one or more pages.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not even one slot fits.</exception>
    public BackRing(byte* shared, int length)
    {
        _slots = new RingSlots<TReq, TRsp>(shared, length);
        // A hostile front may have written anything here: any start is as good as another, the first batch checks req_prod against it.
        uint start = TMemory.LoadUInt32(_slots.Header(RingPage.RspProd));
        _requests = new RingIndices { Next = start, Limit = start };
        _responses = new RingIndices { Next = start, Limit = start };
    }

    /// <summary>How many slots the ring has, a power of two.</summary>
    public int Size => (int)_slots.Size;

    /// <summary>How many responses can be written now: one for each request that was taken and not answered.</summary>
    public int FreeSlots => (int)(_requests.Next - _responses.Next);

    /// <summary>True once the peer broke the protocol. <see cref="Snapshot"/> tells how.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>The index of the next response: <c>rsp_prod_pvt</c>. Means nothing when the ring is broken.</summary>
    public uint RspProdPvt => _responses.Next;

    /// <summary>The index of the next request: <c>req_cons</c>. Means nothing when the ring is broken.</summary>
    public uint ReqCons => _requests.Next;

    /// <summary>Which slot an index means.</summary>
    /// <param name="index">A free-running index.</param>
    /// <returns>0 to <see cref="Size"/> - 1.</returns>
    public int SlotOf(uint index) => (int)(index & _slots.Mask);

    /// <summary>Reads the peer's index once, checks it, and makes what it covers readable.</summary>
    /// <returns>How many requests <see cref="TryRead"/> will give without looking at the index again; 0 also when the ring is broken.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int BeginBatch()
    {
        if (IsBroken)
        {
            return 0;
        }

        // Acquire: slots are read after the index. Partner: the release store in FrontRing.Push.
        uint prod = TMemory.LoadUInt32(_slots.Header(RingPage.ReqProd));
        uint unread = prod - _requests.Next;
        // A slot is free for a request once its response is written (R1). Moving backwards is the same check.
        if (unread > _slots.Size - (_requests.Next - _responses.Next))
        {
            Break(prod);
            return 0;
        }

        _requests.Limit = prod;
        return (int)unread;
    }

    /// <summary>Takes the next request: a private copy of its slot.</summary>
    /// <param name="request">The copy; default when there is none.</param>
    /// <returns>False when there is none, or the ring is broken.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryRead(out TReq request)
    {
        if (_requests.Next == _requests.Limit && !FindBatch())
        {
            request = default;
            return false;
        }

        request = TMemory.Read<TReq>(_slots[_requests.Next]);
        _requests.Next++;
        return true;
    }

    /// <summary>Fills the slot of the next response. The peer does not see it before <see cref="Push()"/>.</summary>
    /// <param name="response">The response.</param>
    /// <returns>False when every request taken has its response, or the ring is broken.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryWrite(in TRsp response)
    {
        if (FreeSlots == 0)
        {
            return false;
        }

        TMemory.Write(_slots[_responses.Next], in response);
        _responses.Next++;
        return true;
    }

    /// <summary>
    /// Begins to take the requests that are there, as <see cref="BeginBatch"/> does, and to answer them, one after the other, faster than
    /// <see cref="TryRead"/> and <see cref="TryWrite"/> do.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ServiceBatch<TReq, TRsp, TMemory> BeginService()
    {
        // In this order: a ring that breaks moves its indices.
        uint unread = (uint)BeginBatch();
        uint next = _requests.Next;
        return new(_slots, next, next + unread, _responses.Next);
    }

    /// <summary>Publishes every response written so far.</summary>
    /// <returns>True when the peer must be notified.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Push() => Publish(_responses.Next);

    /// <summary>Ends a batch and publishes every response written so far. Requests that it did not take are there for the next.</summary>
    /// <param name="batch">The batch that was begun last.</param>
    /// <returns>True when the peer must be notified.</returns>
    /// <exception cref="InvalidOperationException">Requests were taken, or responses written, beside the batch.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Push(ServiceBatch<TReq, TRsp, TMemory> batch)
    {
        if (_requests.Next + _responses.Next != batch.Start)
        {
            RingIndices.ThrowUnless(IsBroken, batch.Start, _requests.Next + _responses.Next);
            return false;
        }

        _requests.Next = batch.ReqCons;
        _responses.Next = batch.RspProdPvt;
        return Publish(batch.RspProdPvt);
    }

    /// <summary>To be asked before sleeping: asks the peer to notify with its next request, and looks once more.</summary>
    /// <returns>True when the caller must not sleep: there are requests, or the ring is broken.</returns>
    public bool FinalCheck() => FinalCheck(1);

    /// <summary>
    /// To be asked before sleeping until several requests are there (a frame that needs that many slots): asks the peer to notify only
    /// with the one that makes it <paramref name="count"/>, and looks once more.
    /// </summary>
    /// <param name="count">How many requests are worth waking for; lowered to what the ring has room for, since more can never come.</param>
    /// <returns>True when the caller must not sleep: that many requests are there, or the ring is broken.</returns>
    public bool FinalCheck(int count)
    {
        int wanted = Math.Clamp(count, 1, Math.Max(1, Size - FreeSlots));
        if (BeginBatch() >= wanted || IsBroken)
        {
            return true;
        }

        TMemory.StoreUInt32(_slots.Header(RingPage.ReqEvent), _requests.Next + (uint)wanted);
        // Partner: FrontRing.Push, which stores req_prod and then loads req_event.
        TMemory.FullFence();
        return BeginBatch() >= wanted || IsBroken;
    }

    /// <summary>What this end knows and sees, for people. The ring's pages must still be there unless it is broken.</summary>
    public RingState Snapshot() => IsBroken ? _atBreak : View();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Publish(uint next)
    {
        uint old = _responses.Limit;
        if (next == old)
        {
            return false;
        }

        // Release: the peer sees the slots before the index.
        TMemory.StoreUInt32(_slots.Header(RingPage.RspProd), next);
        _responses.Limit = next;
        // Partner: FrontRing.FinalCheck, which stores rsp_event and then loads rsp_prod. With both fences at least one of us sees the
        // other's store; without, both may miss it and the front sleeps for ever (R10).
        TMemory.FullFence();
        return next - TMemory.LoadUInt32(_slots.Header(RingPage.RspEvent)) < next - old;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool FindBatch() => BeginBatch() != 0;

    private RingState View() => new(
        RingEnd.Back,
        TMemory.LoadUInt32(_slots.Header(RingPage.ReqProd)),
        TMemory.LoadUInt32(_slots.Header(RingPage.ReqEvent)),
        TMemory.LoadUInt32(_slots.Header(RingPage.RspProd)),
        TMemory.LoadUInt32(_slots.Header(RingPage.RspEvent)),
        _responses.Next,
        _requests.Next,
        FreeSlots,
        Size,
        IsBroken);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Break(uint prod)
    {
        _atBreak = View() with { ReqProd = prod, IsBroken = true };
        IsBroken = true;
        // Indices that leave nothing to read, to answer and to publish: the fast paths need not ask. They move, too, so that a batch that
        // is open ends without effect.
        uint next = _requests.Next + _slots.Size;
        _requests = new RingIndices { Next = next, Limit = next };
        _responses = new RingIndices { Next = next, Limit = next };
    }

}
