using Xen.Blkfront;
using Xen.Checks.Memory;
using Xen.Rings;
using Xen.Simulation.Choices;

namespace Xen.Checks.Blk;

/// <summary>One ring of a block front end against a back end that answers what it likes.</summary>
public static unsafe class BlkfrontChecks
{
    private const int Steps = 120;
    private const ushort Handle = 51712 & 0xFFFF;

    /// <summary>
    /// R2, R3, R4: a response completes a request exactly when it names one that is published and outstanding, with its operation; what is
    /// written into a slot is what was asked for.
    /// </summary>
    public static void ResponsesAreJudgedRight(IChoice choice)
    {
        using MemoryWatch watch = BlkPage.Create(choice, choice.Next(5), out uint start);
        var model = new BlkfrontModel(watch, start, Handle);
        // R2: a slot that is looked at twice is another one the second time.
        watch.FlipsAfterLoad = choice.Next(2) == 0;
        for (int step = 0; step < Steps && !model.IsBroken; step++)
        {
            switch (choice.Next(5))
            {
                case 0:
                case 1:
                    model.Issue(choice);
                    break;
                case 2:
                    model.Push();
                    break;
                case 3:
                    model.AnswerHonestly(choice);
                    break;
                default:
                    model.AnswerAnything(choice);
                    break;
            }

            model.Take();
        }
    }

    /// <summary>R1, R2, R3, R11: whatever byte the peer writes whenever, a request completes at most once, and nothing is touched after a breach.</summary>
    public static void HoldsUnderAttack(IChoice choice)
    {
        using MemoryWatch watch = BlkPage.Create(choice, out uint start);
        var front = new BlkfrontProtocol<WatchedMemory>(new(watch.Shared, watch.Length, start), Handle);
        var back = new BackRing<BlkifRequestSlot, BlkifResponse, DirectMemory>(watch.Shared, watch.Length);
        var isOutstanding = new bool[front.Size];
        watch.Attack(choice);
        for (int step = 0; step < Steps && !front.IsBroken; step++)
        {
            if (front.TryIssueFlush(out int id))
            {
                Expect.That(!isOutstanding[id], $"Id {id} was given out twice.");
                isOutstanding[id] = true;
            }

            front.Push();
            AnswerAny(choice, back);
            while (front.TryTake(out BlkfrontCompletion completion) == BlkfrontPoll.Completed)
            {
                Expect.That(isOutstanding[completion.Id], $"Request {completion.Id} completed and was not outstanding.");
                Expect.Equal(BlkifOperation.FlushDiskcache, completion.Operation, "the operation that completed");
                isOutstanding[completion.Id] = false;
            }

            front.FinalCheck();
        }

        if (front.IsBroken)
        {
            ExpectUntouched(watch, front);
            ExpectAbandoned(front, isOutstanding);
        }
    }

    /// <summary>R1, R11: after a breach of any kind, also one that only the ring's holder can see (R7), no shared byte is read or written.</summary>
    public static void NothingIsTouchedAfterABreach(IChoice choice)
    {
        using MemoryWatch watch = BlkPage.Create(choice, out uint start);
        var front = new BlkfrontProtocol<WatchedMemory>(new(watch.Shared, watch.Length, start), Handle);
        var back = new BackRing<BlkifRequestSlot, BlkifResponse, DirectMemory>(watch.Shared, watch.Length);
        var isOutstanding = new bool[front.Size];
        int published = 1 + choice.Next(front.Size - 1);
        Issue(front, isOutstanding, published);
        front.Push();
        Issue(front, isOutstanding, choice.Next(front.Size - published + 1));
        back.TryRead(out _);
        BlkfrontViolation expected = Breach(choice, front, back, published, isOutstanding);
        while (front.TryTake(out BlkfrontCompletion completion) == BlkfrontPoll.Completed)
        {
            isOutstanding[completion.Id] = false;
        }

        Expect.Equal(expected, front.Violation, "the breach");
        ExpectUntouched(watch, front);
        ExpectAbandoned(front, isOutstanding);
    }

    // Right more often than not: a front that is broken at once shows little.
    private static void AnswerAny(IChoice choice, BackRing<BlkifRequestSlot, BlkifResponse, DirectMemory> back)
    {
        while (choice.Next(3) > 0 && back.TryRead(out BlkifRequestSlot request))
        {
            ulong id = choice.Next(4) > 0 ? request.Direct.Id : (ulong)choice.Next(4);
            back.TryWrite(new BlkifResponse { Id = id, Operation = (byte)BlkifOperation.FlushDiskcache });
        }

        back.Push();
    }

    private static void Issue(BlkfrontProtocol<WatchedMemory> front, bool[] isOutstanding, int count)
    {
        for (int i = 0; i < count && front.TryIssueFlush(out int id); i++)
        {
            isOutstanding[id] = true;
        }
    }

    private static BlkfrontViolation Breach(
        IChoice choice,
        BlkfrontProtocol<WatchedMemory> front,
        BackRing<BlkifRequestSlot, BlkifResponse, DirectMemory> back,
        int published,
        bool[] isOutstanding)
    {
        switch (choice.Next(5))
        {
            case 0:
                front.Break(BlkfrontViolation.PageStillInUse, 8);
                return BlkfrontViolation.PageStillInUse;
            case 1:
                uint prod = back.RspProdPvt + (choice.Next(2) == 0 ? (uint)published + 1 + (uint)choice.Next(64) : uint.MaxValue);
                DirectMemory.StoreUInt32((uint*)(MemoryWatch.Current.Shared + 8), prod);
                return BlkfrontViolation.ResponseProducer;
            case 2:
                back.TryWrite(new BlkifResponse { Id = (ulong)front.Size + (choice.Next(2) == 0 ? 0 : ulong.MaxValue / 2), Operation = 3 });
                back.Push();
                return BlkfrontViolation.UnknownId;
            case 3:
                back.TryWrite(new BlkifResponse { Operation = (byte)choice.Next(3) });
                back.Push();
                return BlkfrontViolation.Operation;
            default:
                back.TryWrite(new BlkifResponse { Operation = 3 });
                back.Push();
                front.TryTake(out BlkfrontCompletion first);
                isOutstanding[first.Id] = false;
                // Answered once more, by a peer that says there is another response.
                DirectMemory.StoreUInt32((uint*)(MemoryWatch.Current.Shared + 8), back.RspProdPvt + 1);
                new Span<byte>(MemoryWatch.Current.Shared + 64, front.Size * 112).Clear();
                return published > 1 ? BlkfrontViolation.NotOutstanding : BlkfrontViolation.ResponseProducer;
        }
    }

    private static void ExpectUntouched(MemoryWatch watch, BlkfrontProtocol<WatchedMemory> front)
    {
        (BlkfrontViolation, ulong) first = (front.Violation, front.ViolatingValue);
        watch.Forget();
        bool works = front.TryTake(out _) == BlkfrontPoll.Completed | front.Push() | front.FinalCheck() | front.TryIssueFlush(out _)
            | front.TryIssueDiscard(0, 8, out _) | front.TryIssueIndirect(BlkifOperation.Read, 0, 1, [8], out _);
        front.Break(BlkfrontViolation.PageStillInUse, 9);
        Expect.That(!works && front.FreeSlots == 0, "A broken protocol did something.");
        Expect.That(front.Snapshot().IsBroken, "A broken ring does not say so.");
        Expect.Equal(0, watch.Accesses, "accesses after a breach");
        Expect.Equal(first, (front.Violation, front.ViolatingValue), "the first breach");
    }

    // What never was answered comes back, each request once.
    private static void ExpectAbandoned(BlkfrontProtocol<WatchedMemory> front, bool[] isOutstanding)
    {
        while (front.TryAbandon(out int id))
        {
            Expect.That(isOutstanding[id], $"Request {id} was handed back and was not outstanding.");
            isOutstanding[id] = false;
        }

        Expect.That(!isOutstanding.Contains(true) && front.OutstandingCount == 0, "A request was not handed back.");
    }
}
