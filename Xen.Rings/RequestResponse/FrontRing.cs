using System.Runtime.CompilerServices;

namespace Xen.Rings;

/// <summary>
/// The frontend's end of a request and response ring: fill slots with <see cref="TryWrite"/>, publish them with <see cref="Push()"/>;
/// take responses with <see cref="TryRead"/>, and before sleeping ask <see cref="FinalCheck()"/>. It never notifies: it says when to.
/// </summary>
/// <remarks>
/// The peer is hostile: its index is read once for each batch and checked (R1), a slot is copied once (R2), and nothing this end decides
/// depends on what the peer can write into this end's own indices. A peer that breaks the protocol leaves the ring broken for good:
/// from then on no shared byte is touched (R11), except that a batch of requests that is open may still fill slots, which are never published.
/// </remarks>
/// <typeparam name="TReq">The request's wire structure.</typeparam>
/// <typeparam name="TRsp">The response's wire structure.</typeparam>
/// <typeparam name="TMemory">How to reach the ring's pages.</typeparam>
public sealed unsafe class FrontRing<TReq, TRsp, TMemory>
    where TReq : unmanaged
    where TRsp : unmanaged
    where TMemory : struct, ISharedMemory
{
    private readonly RingSlots<TReq, TRsp> _slots;
    private RingState _atBreak;
    private RingIndices _requests;
    private RingIndices _responses;

    /// <summary>Attaches to a ring whose header is initialised (<see cref="RingPage.Initialize"/>).</summary>
    /// <param name="shared">The first byte of the ring's pages, contiguous; they must outlive every use of this object.</param>
    /// <param name="length">How many bytes: one or more pages.</param>
    /// <param name="start">The index that the ring begins at: everything before it has been requested and answered.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not even one slot fits.</exception>
    public FrontRing(byte* shared, int length, uint start = 0)
    {
        _slots = new RingSlots<TReq, TRsp>(shared, length);
        _requests = new RingIndices { Next = start, Limit = start, Room = start };
        _responses = new RingIndices { Next = start, Limit = start };
    }

    /// <summary>How many slots the ring has, a power of two.</summary>
    public int Size => (int)_slots.Size;

    /// <summary>How many requests can be written now.</summary>
    public int FreeSlots => (int)(_slots.Size - (_requests.Next - _responses.Next));

    /// <summary>How many published requests wait for their response; of a broken ring, nobody waits any more.</summary>
    public int Outstanding => IsBroken ? 0 : (int)(_requests.Limit - _responses.Next);

    /// <summary>True once the peer broke the protocol. <see cref="Snapshot"/> tells how.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>The index of the next request: <c>req_prod_pvt</c>. Means nothing when the ring is broken.</summary>
    public uint ReqProdPvt => _requests.Next;

    /// <summary>The index of the next response: <c>rsp_cons</c>. Means nothing when the ring is broken.</summary>
    public uint RspCons => _responses.Next;

    /// <summary>Which slot an index means.</summary>
    /// <param name="index">A free-running index.</param>
    /// <returns>0 to <see cref="Size"/> - 1.</returns>
    public int SlotOf(uint index) => (int)(index & _slots.Mask);

    /// <summary>Fills the next slot. The peer does not see it before <see cref="Push()"/>.</summary>
    /// <param name="request">The request.</param>
    /// <returns>False when the ring is full or broken.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryWrite(in TReq request)
    {
        // The index is loaded again after the call: kept over it, it would be spilled, and each slot would wait for the stack.
        if (_requests.Next == _requests.Room && !FindRoom())
        {
            return false;
        }

        TMemory.Write(_slots[_requests.Next], in request);
        _requests.Next++;
        return true;
    }

    /// <summary>Begins to write requests one after the other, faster than <see cref="TryWrite"/> does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RequestBatch<TReq, TRsp, TMemory> BeginRequests()
    {
        uint room = _requests.Next + (uint)FreeSlots;
        _requests.Room = room;
        return new(_slots, _requests.Next, room);
    }

    /// <summary>Publishes every request written so far.</summary>
    /// <returns>True when the peer must be notified.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Push() => Publish(_requests.Next);

    /// <summary>Ends a batch and publishes every request written so far.</summary>
    /// <param name="batch">The batch that was begun last.</param>
    /// <returns>True when the peer must be notified.</returns>
    /// <exception cref="InvalidOperationException">Requests were written beside the batch.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Push(RequestBatch<TReq, TRsp, TMemory> batch)
    {
        if (_requests.Next != batch.Start)
        {
            RingIndices.ThrowUnless(IsBroken, batch.Start, _requests.Next);
            return false;
        }

        _requests.Next = batch.Next;
        return Publish(batch.Next);
    }

    /// <summary>Reads the peer's index once, checks it, and makes what it covers readable.</summary>
    /// <returns>How many responses <see cref="TryRead"/> will give without looking at the index again; 0 also when the ring is broken.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int BeginBatch()
    {
        if (IsBroken)
        {
            return 0;
        }

        // Acquire: slots are read after the index. Partner: the release store in BackRing.Push.
        uint prod = TMemory.LoadUInt32(_slots.Header(RingPage.RspProd));
        uint unread = prod - _responses.Next;
        // Stricter than the ring's size (R1): nobody can answer more than was published (R3). Moving backwards is the same check.
        if (unread > _requests.Limit - _responses.Next)
        {
            Break(prod);
            return 0;
        }

        _responses.Limit = prod;
        return (int)unread;
    }

    /// <summary>Takes the next response: a private copy of its slot.</summary>
    /// <param name="response">The copy; default when there is none.</param>
    /// <returns>False when there is none, or the ring is broken.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryRead(out TRsp response)
    {
        if (_responses.Next == _responses.Limit && !FindBatch())
        {
            response = default;
            return false;
        }

        response = TMemory.Read<TRsp>(_slots[_responses.Next]);
        _responses.Next++;
        return true;
    }

    /// <summary>Begins to take the responses that are there, as <see cref="BeginBatch"/> does, one after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ResponseBatch<TReq, TRsp, TMemory> BeginResponses()
    {
        // In this order: a ring that breaks moves its indices.
        uint unread = (uint)BeginBatch();
        uint next = _responses.Next;
        return new(_slots, next, next + unread);
    }

    /// <summary>Ends a batch. What it did not take is there for the next.</summary>
    /// <param name="batch">The batch that was begun last.</param>
    /// <exception cref="InvalidOperationException">Responses were taken beside the batch.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void End(ResponseBatch<TReq, TRsp, TMemory> batch)
    {
        if (_responses.Next != batch.Start)
        {
            RingIndices.ThrowUnless(IsBroken, batch.Start, _responses.Next);
            return;
        }

        _responses.Next = batch.Next;
    }

    /// <summary>To be asked before sleeping: asks the peer to notify with its next response, and looks once more.</summary>
    /// <returns>True when the caller must not sleep: there are responses, or the ring is broken.</returns>
    public bool FinalCheck() => FinalCheck(1);

    /// <summary>
    /// To be asked before sleeping until several responses are there: asks the peer to notify only with the one that makes it
    /// <paramref name="count"/>, and looks once more.
    /// </summary>
    /// <param name="count">How many responses are worth waking for; lowered to what is outstanding, since more can never come.</param>
    /// <returns>True when the caller must not sleep: that many responses are there, or the ring is broken.</returns>
    public bool FinalCheck(int count)
    {
        int wanted = Math.Clamp(count, 1, Math.Max(1, Outstanding));
        if (BeginBatch() >= wanted || IsBroken)
        {
            return true;
        }

        TMemory.StoreUInt32(_slots.Header(RingPage.RspEvent), _responses.Next + (uint)wanted);
        // Partner: BackRing.Push, which stores rsp_prod and then loads rsp_event.
        TMemory.FullFence();
        return BeginBatch() >= wanted || IsBroken;
    }

    /// <summary>What this end knows and sees, for people. The ring's pages must still be there unless it is broken.</summary>
    public RingState Snapshot() => IsBroken ? _atBreak : View();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Publish(uint next)
    {
        uint old = _requests.Limit;
        if (next == old)
        {
            return false;
        }

        // Release: the peer sees the slots before the index.
        TMemory.StoreUInt32(_slots.Header(RingPage.ReqProd), next);
        _requests.Limit = next;
        // Partner: BackRing.FinalCheck, which stores req_event and then loads req_prod. With both fences at least one of us sees the
        // other's store; without, both may miss it and the back sleeps on a full ring (R10).
        TMemory.FullFence();
        return next - TMemory.LoadUInt32(_slots.Header(RingPage.ReqEvent)) < next - old;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool FindRoom()
    {
        _requests.Room = _requests.Next + (uint)FreeSlots;
        return _requests.Room != _requests.Next;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool FindBatch() => BeginBatch() != 0;

    private RingState View() => new(
        RingEnd.Front,
        TMemory.LoadUInt32(_slots.Header(RingPage.ReqProd)),
        TMemory.LoadUInt32(_slots.Header(RingPage.ReqEvent)),
        TMemory.LoadUInt32(_slots.Header(RingPage.RspProd)),
        TMemory.LoadUInt32(_slots.Header(RingPage.RspEvent)),
        _requests.Next,
        _responses.Next,
        FreeSlots,
        Size,
        IsBroken);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Break(uint prod)
    {
        _atBreak = View() with { RspProd = prod, IsBroken = true };
        IsBroken = true;
        // Indices that leave nothing to read, to publish and no room: the fast paths need not ask. They move, too, so that a batch that is
        // open ends without effect.
        uint next = _requests.Next + _slots.Size;
        _requests = new RingIndices { Next = next, Limit = next, Room = next };
        _responses = new RingIndices { Next = next - _slots.Size, Limit = next - _slots.Size };
    }

}
