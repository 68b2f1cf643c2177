using Xen.Blkfront;
using Xen.Checks.Memory;
using Xen.Rings;
using Xen.Simulation.Choices;

namespace Xen.Checks.Blk;

/// <summary>What a front ring and an honest view of it must agree on: the rules of R3 and R4, written once more.</summary>
internal sealed unsafe class BlkfrontModel
{
    private const int RspProd = 8;

    private readonly MemoryWatch _watch;
    private readonly BlkfrontProtocol<WatchedMemory> _front;
    private readonly BackRing<BlkifRequestSlot, BlkifResponse, DirectMemory> _back;
    private readonly ushort _handle;
    private readonly Dictionary<int, BlkifOperation> _queued = [];
    private readonly Dictionary<int, BlkifOperation> _published = [];
    private readonly Queue<BlkifRequestSlot> _written = new();
    private readonly Queue<BlkifResponse> _answers = new();
    private bool _canFlush = true;
    private bool _canDiscard = true;

    public BlkfrontModel(MemoryWatch watch, uint start, ushort handle)
    {
        _watch = watch;
        _handle = handle;
        _front = new BlkfrontProtocol<WatchedMemory>(new(watch.Shared, watch.Length, start), handle);
        _back = new BackRing<BlkifRequestSlot, BlkifResponse, DirectMemory>(watch.Shared, watch.Length);
    }

    public bool IsBroken => _front.IsBroken;

    /// <summary>Issues any request; it gets an id that no other has.</summary>
    public void Issue(IChoice choice)
    {
        var slot = default(BlkifRequestSlot);
        BlkifOperation operation = IssueAny(choice, ref slot, out bool isIssued, out int id);
        bool isFull = _queued.Count + _published.Count + _answers.Count == _front.Size;
        Expect.That(isIssued || isFull, $"A request was refused with {_front.OutstandingCount} of {_front.Size} outstanding.");
        if (!isIssued)
        {
            return;
        }

        slot.Direct.Id = (ulong)id;
        Expect.That(id < _front.Size && !_published.ContainsKey(id) && _queued.TryAdd(id, operation), $"Id {id} was given out twice.");
        _written.Enqueue(slot);
    }

    public void Push()
    {
        bool flips = _watch.FlipsAfterLoad;
        _watch.FlipsAfterLoad = false;
        _front.Push();
        _watch.FlipsAfterLoad = flips;
        while (_written.TryDequeue(out BlkifRequestSlot expected))
        {
            Expect.That(_back.TryRead(out BlkifRequestSlot slot), "A request that was pushed is not there.");
            Compare(in expected, in slot);
        }

        foreach ((int id, BlkifOperation operation) in _queued)
        {
            _published.Add(id, operation);
        }

        _queued.Clear();
    }

    public void AnswerHonestly(IChoice choice)
    {
        if (_published.Count == 0)
        {
            return;
        }

        (int id, BlkifOperation operation) = _published.ElementAt(choice.Next(_published.Count));
        Answer(new BlkifResponse { Id = (ulong)id, Operation = (byte)operation, Status = (short)(choice.Next(5) - 3) });
    }

    public void AnswerAnything(IChoice choice)
    {
        if (_queued.Count > 0 && choice.Next(2) == 0)
        {
            // Right but for one thing: it was not asked yet.
            (int early, BlkifOperation operation) = _queued.ElementAt(choice.Next(_queued.Count));
            Answer(new BlkifResponse { Id = (ulong)early, Operation = (byte)operation });
            return;
        }

        ulong id = choice.Next(3) == 0 ? ulong.MaxValue - (ulong)choice.Next(4) : (ulong)choice.Next(_front.Size + 2);
        Answer(new BlkifResponse { Id = id, Operation = (byte)choice.Next(8), Status = (short)choice.Next(65536) });
    }

    /// <summary>Takes what was answered and compares it with what the rules say.</summary>
    public void Take()
    {
        while (_answers.TryDequeue(out BlkifResponse answer))
        {
            BlkfrontViolation expected = Judge(answer);
            BlkfrontPoll poll = _front.TryTake(out BlkfrontCompletion completion);
            // The index flips, too; put right, so that the slots alone are what is tried.
            DirectMemory.StoreUInt32((uint*)(_watch.Shared + RspProd), _back.RspProdPvt);
            Expect.Equal(expected, _front.Violation, "the breach");
            if (expected != BlkfrontViolation.None)
            {
                Expect.Equal(BlkfrontPoll.Broken, poll, "what was found");
                return;
            }

            Expect.Equal(BlkfrontPoll.Completed, poll, "what was found");
            Compare(answer, completion);
        }

        bool flips = _watch.FlipsAfterLoad;
        _watch.FlipsAfterLoad = false;
        Expect.Equal(BlkfrontPoll.None, _front.TryTake(out _), "what is left");
        _watch.FlipsAfterLoad = flips;
    }

    private static BlkifStatus StatusOf(short status) => status switch
    {
        0 => BlkifStatus.Okay,
        -2 => BlkifStatus.EOpNotSupp,
        _ => BlkifStatus.Error,
    };

    private static void Compare(in BlkifRequestSlot expected, in BlkifRequestSlot slot)
    {
        BlkifRequestSlot[] both = [expected, slot];
        ReadOnlySpan<byte> bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes<BlkifRequestSlot>(both);
        int difference = bytes[..(bytes.Length / 2)].CommonPrefixLength(bytes[(bytes.Length / 2)..]);
        Expect.That(difference == bytes.Length / 2, $"The slot of operation {expected.Operation} differs at byte {difference}.");
    }

    private BlkifOperation IssueAny(IChoice choice, ref BlkifRequestSlot slot, out bool isIssued, out int id)
    {
        var operation = (BlkifOperation)choice.Next(2);
        ulong sector = (ulong)choice.Next(1 << 20);
        switch (choice.Next(4))
        {
            case 0:
                slot.Direct.Operation = (byte)BlkifOperation.FlushDiskcache;
                slot.Direct.Handle = _handle;
                isIssued = _front.TryIssueFlush(out id);
                return BlkifOperation.FlushDiskcache;
            case 1:
                slot.Discard = new BlkifRequestDiscard { Operation = (byte)BlkifOperation.Discard, Handle = _handle, SectorNumber = sector, NrSectors = 77 };
                isIssued = _front.TryIssueDiscard(sector, 77, out id);
                return BlkifOperation.Discard;
            case 2:
                slot.Indirect = new BlkifRequestIndirect
                {
                    Operation = (byte)BlkifOperation.Indirect,
                    IndirectOp = (byte)operation,
                    NrSegments = 600,
                    Handle = _handle,
                    SectorNumber = sector,
                };
                slot.Indirect.IndirectGrefs[0] = 8;
                slot.Indirect.IndirectGrefs[1] = 9;
                isIssued = _front.TryIssueIndirect(operation, sector, 600, [8, 9], out id);
                return operation;
            default:
                BlkifRequestSegment[] segments = [.. Enumerable.Range(0, 1 + choice.Next(11)).Select(i => new BlkifRequestSegment { Gref = 8 + (uint)i, LastSect = 7 })];
                slot.Direct = new BlkifRequest { Operation = (byte)operation, NrSegments = (byte)segments.Length, Handle = _handle, SectorNumber = sector };
                segments.CopyTo(slot.Direct.Seg);
                isIssued = _front.TryIssue(operation, sector, segments, out id);
                return operation;
        }
    }

    private void Answer(BlkifResponse response)
    {
        if (_back.TryWrite(in response))
        {
            _answers.Enqueue(response);
            _back.Push();
        }
    }

    private BlkfrontViolation Judge(BlkifResponse answer)
    {
        if (answer.Id >= (ulong)_front.Size)
        {
            return BlkfrontViolation.UnknownId;
        }

        if (!_published.TryGetValue((int)answer.Id, out BlkifOperation operation))
        {
            return BlkfrontViolation.NotOutstanding;
        }

        return answer.Operation == (byte)operation ? BlkfrontViolation.None : BlkfrontViolation.Operation;
    }

    private void Compare(BlkifResponse answer, BlkfrontCompletion completion)
    {
        _published.Remove((int)answer.Id, out BlkifOperation operation);
        BlkifStatus status = StatusOf(answer.Status);
        Expect.Equal(new BlkfrontCompletion((int)answer.Id, operation, status), completion, "the completion");
        _canFlush &= !(operation == BlkifOperation.FlushDiskcache && status == BlkifStatus.EOpNotSupp);
        _canDiscard &= !(operation == BlkifOperation.Discard && status == BlkifStatus.EOpNotSupp);
        Expect.Equal((_canFlush, _canDiscard), (_front.CanFlush, _front.CanDiscard), "flush and discard are offered");
    }
}
