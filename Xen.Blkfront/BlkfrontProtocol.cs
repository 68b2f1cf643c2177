using System.Runtime.InteropServices;
using Xen.Rings;

namespace Xen.Blkfront;

/// <summary>
/// One ring of a block front end, without I/O: which requests are outstanding, and whether a response is one that may come (R1–R4). It
/// never notifies and never touches data pages; its holder keeps what belongs to a request by the request's id.
/// </summary>
/// <remarks>
/// A response is copied once and only the copy is looked at (R2). Once <see cref="IsBroken"/>, no shared byte is read any more (R11);
/// <see cref="TryAbandon"/> hands back what was outstanding, each request once.
/// </remarks>
/// <typeparam name="TMemory">How to reach the ring's pages.</typeparam>
public sealed class BlkfrontProtocol<TMemory>
    where TMemory : struct, ISharedMemory
{
    private readonly FrontRing<BlkifRequestSlot, BlkifResponse, TMemory> _ring;
    private readonly Slot[] _slots;
    private readonly ushort _handle;
    private RingState _atBreak;
    private uint _published;
    private int _firstFree;

    /// <summary>Begins on a ring that nobody has used.</summary>
    /// <param name="ring">The ring.</param>
    /// <param name="handle">The device's number, for requests.</param>
    public BlkfrontProtocol(FrontRing<BlkifRequestSlot, BlkifResponse, TMemory> ring, ushort handle)
    {
        ArgumentNullException.ThrowIfNull(ring);
        _ring = ring;
        _handle = handle;
        _published = ring.ReqProdPvt;
        _slots = new Slot[ring.Size];
        for (int id = 0; id < _slots.Length; id++)
        {
            _slots[id].NextFree = id + 1;
        }
    }

    /// <summary>How many requests can be outstanding.</summary>
    public int Size => _slots.Length;

    /// <summary>How many are.</summary>
    public int OutstandingCount { get; private set; }

    /// <summary>How many requests can be issued now.</summary>
    public int FreeSlots => IsBroken ? 0 : Math.Min(_ring.FreeSlots, Size - OutstandingCount);

    /// <summary>True while no backend has refused a flush.</summary>
    public bool CanFlush { get; private set; } = true;

    /// <summary>True while no backend has refused a discard.</summary>
    public bool CanDiscard { get; private set; } = true;

    /// <summary>True once the backend broke the protocol.</summary>
    public bool IsBroken => Violation != BlkfrontViolation.None;

    /// <summary>How the backend broke the protocol.</summary>
    public BlkfrontViolation Violation { get; private set; }

    /// <summary>The value that showed it.</summary>
    public ulong ViolatingValue { get; private set; }

    /// <summary>The ring, for people.</summary>
    public RingState Snapshot() => IsBroken ? _atBreak : _ring.Snapshot();

    /// <summary>Issues a read or write whose segments fit into the request.</summary>
    /// <param name="operation"><see cref="BlkifOperation.Read"/> or <see cref="BlkifOperation.Write"/>.</param>
    /// <param name="sector">First sector, in 512 bytes.</param>
    /// <param name="segments">1 to 11 segments.</param>
    /// <param name="id">The request's id: 0 to <see cref="Size"/> - 1, its own until it is answered.</param>
    /// <returns>False when no request can be issued now.</returns>
    public bool TryIssue(BlkifOperation operation, ulong sector, ReadOnlySpan<BlkifRequestSegment> segments, out int id)
    {
        var slot = default(BlkifRequestSlot);
        if (!TryAllocate(operation, out id))
        {
            return false;
        }

        slot.Direct.Operation = (byte)operation;
        slot.Direct.NrSegments = (byte)segments.Length;
        slot.Direct.Handle = _handle;
        slot.Direct.Id = (ulong)id;
        slot.Direct.SectorNumber = sector;
        segments.CopyTo(slot.Direct.Seg);
        return _ring.TryWrite(in slot);
    }

    /// <summary>Issues a read or write whose segments are in pages of their own.</summary>
    /// <param name="operation"><see cref="BlkifOperation.Read"/> or <see cref="BlkifOperation.Write"/>.</param>
    /// <param name="sector">First sector, in 512 bytes.</param>
    /// <param name="segmentCount">How many segments the pages hold.</param>
    /// <param name="pages">The references of the pages, 1 to 8.</param>
    /// <param name="id">The request's id.</param>
    /// <returns>False when no request can be issued now.</returns>
    public bool TryIssueIndirect(BlkifOperation operation, ulong sector, int segmentCount, ReadOnlySpan<uint> pages, out int id)
    {
        var slot = default(BlkifRequestSlot);
        // The response names what is meant, not the form.
        if (!TryAllocate(operation, out id))
        {
            return false;
        }

        slot.Indirect.Operation = (byte)BlkifOperation.Indirect;
        slot.Indirect.IndirectOp = (byte)operation;
        slot.Indirect.NrSegments = (ushort)segmentCount;
        slot.Indirect.Handle = _handle;
        slot.Indirect.Id = (ulong)id;
        slot.Indirect.SectorNumber = sector;
        pages.CopyTo(slot.Indirect.IndirectGrefs);
        return _ring.TryWrite(in slot);
    }

    /// <summary>Issues a flush.</summary>
    /// <param name="id">The request's id.</param>
    /// <returns>False when no request can be issued now.</returns>
    public bool TryIssueFlush(out int id) => TryIssue(BlkifOperation.FlushDiskcache, 0, [], out id);

    /// <summary>Issues a discard.</summary>
    /// <param name="sector">First sector, in 512 bytes.</param>
    /// <param name="sectorCount">How many sectors of 512 bytes.</param>
    /// <param name="id">The request's id.</param>
    /// <returns>False when no request can be issued now.</returns>
    public bool TryIssueDiscard(ulong sector, ulong sectorCount, out int id)
    {
        var slot = default(BlkifRequestSlot);
        if (!TryAllocate(BlkifOperation.Discard, out id))
        {
            return false;
        }

        slot.Discard.Operation = (byte)BlkifOperation.Discard;
        slot.Discard.Handle = _handle;
        slot.Discard.Id = (ulong)id;
        slot.Discard.SectorNumber = sector;
        slot.Discard.NrSectors = sectorCount;
        return _ring.TryWrite(in slot);
    }

    /// <summary>Publishes what was issued.</summary>
    /// <returns>True when the backend must be notified.</returns>
    public bool Push()
    {
        if (IsBroken)
        {
            return false;
        }

        _published = _ring.ReqProdPvt;
        return _ring.Push();
    }

    /// <summary>Takes the next response.</summary>
    /// <param name="completion">The answer, when there is one. Its id is free again.</param>
    public BlkfrontPoll TryTake(out BlkfrontCompletion completion)
    {
        completion = default;
        if (IsBroken)
        {
            return BlkfrontPoll.Broken;
        }

        if (!_ring.TryRead(out BlkifResponse response))
        {
            return _ring.IsBroken ? BreakAt(BlkfrontViolation.ResponseProducer, _ring.Snapshot().RspProd) : BlkfrontPoll.None;
        }

        return Examine(in response, out completion);
    }

    /// <summary>To be asked before sleeping: asks the backend to notify with its next response, and looks once more.</summary>
    /// <returns>True when the caller must not sleep.</returns>
    public bool FinalCheck() => !IsBroken && _ring.FinalCheck();

    /// <summary>Ends the ring's use for a reason that its holder found.</summary>
    /// <param name="violation">What the backend did.</param>
    /// <param name="value">The value that showed it.</param>
    public void Break(BlkfrontViolation violation, ulong value)
    {
        if (IsBroken)
        {
            return;
        }

        // The last look at the ring (R11).
        _atBreak = _ring.Snapshot() with { IsBroken = true };
        Violation = violation;
        ViolatingValue = value;
    }

    /// <summary>After the end of the ring's use: takes back one request that was never answered.</summary>
    /// <param name="id">Its id.</param>
    /// <returns>False when none is left.</returns>
    public bool TryAbandon(out int id)
    {
        for (id = 0; id < _slots.Length; id++)
        {
            if (_slots[id].IsOutstanding)
            {
                Free(id);
                return true;
            }
        }

        return false;
    }

    private BlkfrontPoll Examine(in BlkifResponse response, out BlkfrontCompletion completion)
    {
        completion = default;
        if (response.Id >= (ulong)_slots.Length)
        {
            return BreakAt(BlkfrontViolation.UnknownId, response.Id);
        }

        int id = (int)response.Id;
        Slot slot = _slots[id];
        // Issued but not published: the distance from what was published is not negative.
        if (!slot.IsOutstanding || (int)(slot.Position - _published) >= 0)
        {
            return BreakAt(BlkfrontViolation.NotOutstanding, response.Id);
        }

        if (response.Operation != (byte)slot.Operation)
        {
            return BreakAt(BlkfrontViolation.Operation, response.Operation);
        }

        Free(id);
        completion = new BlkfrontCompletion(id, slot.Operation, StatusOf(response.Status));
        DropFeature(in completion);
        return BlkfrontPoll.Completed;
    }

    // Any number that is not one of the three is an error (R4).
    private static BlkifStatus StatusOf(short status) =>
        (BlkifStatus)status is BlkifStatus.Okay or BlkifStatus.EOpNotSupp ? (BlkifStatus)status : BlkifStatus.Error;

    private void DropFeature(in BlkfrontCompletion completion)
    {
        if (completion.Status != BlkifStatus.EOpNotSupp)
        {
            return;
        }

        CanFlush &= completion.Operation != BlkifOperation.FlushDiskcache;
        CanDiscard &= completion.Operation != BlkifOperation.Discard;
    }

    private bool TryAllocate(BlkifOperation operation, out int id)
    {
        id = _firstFree;
        if (FreeSlots == 0)
        {
            return false;
        }

        ref Slot slot = ref _slots[id];
        _firstFree = slot.NextFree;
        slot.IsOutstanding = true;
        slot.Operation = operation;
        slot.Position = _ring.ReqProdPvt;
        OutstandingCount++;
        return true;
    }

    private void Free(int id)
    {
        ref Slot slot = ref _slots[id];
        slot.IsOutstanding = false;
        slot.NextFree = _firstFree;
        _firstFree = id;
        OutstandingCount--;
    }

    private BlkfrontPoll BreakAt(BlkfrontViolation violation, ulong value)
    {
        Break(violation, value);
        return BlkfrontPoll.Broken;
    }

    [StructLayout(LayoutKind.Auto)]
    private struct Slot
    {
        public uint Position;
        public int NextFree;
        public BlkifOperation Operation;
        public bool IsOutstanding;
    }
}
