using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Xen.Checks.Memory;
using Xen.Rings;
using Xen.Simulation.Choices;

namespace Xen.Checks.Rings;

/// <summary>What a peer that writes any shared byte cannot reach (R1, R2, R3, R11), at both ends of a request and response ring.</summary>
public static unsafe class HostileRingChecks
{
    private const int ReqProd = 0;
    private const int RspProd = 8;
    private const int MessageSize = 24;
    private const int Steps = 100;

    /// <summary>R1, R3: an index that nothing honest explains breaks the front; no slot is read and nothing is touched any more.</summary>
    public static void FrontRefusesAnIndex(IChoice choice)
    {
        using MemoryWatch watch = NewPage(choice, out uint start, out int slots);
        var front = new FrontRing<Message, Message, WatchedMemory>(watch.Shared, watch.Length, start);
        uint published = Exchange(choice, watch, front);
        for (int unpublished = choice.Next(slots + 1); unpublished > 0 && front.TryWrite(default); unpublished--)
        {
        }

        uint outstanding = published - front.RspCons;
        SetIndex(watch, RspProd, front.RspCons + Beyond(choice, outstanding));
        watch.Forget();
        RingState before = front.Snapshot();
        watch.Forget();
        bool noticed = choice.Next(2) == 0 ? !front.TryRead(out _) : front.FinalCheck(1 + choice.Next(3));
        Expect.That(noticed && front.IsBroken, $"With {outstanding} requests outstanding an index was accepted: {before}.");
        ExpectOnlyIndicesRead(watch);
        Expect.Equal(before with { IsBroken = true }, front.Snapshot(), "the state at the break");
        ExpectUntouched(watch, () => front.TryRead(out _) | front.TryWrite(default) | front.Push() | front.BeginBatch() != 0 | front.BeginRequests().TryWrite(default) | front.BeginResponses().TryRead(out _), front.FinalCheck);
        Expect.Equal(0, front.FreeSlots, "free slots of a broken ring");
    }

    /// <summary>R1: an index that nothing honest explains breaks the back; no slot is read and nothing is touched any more.</summary>
    public static void BackRefusesAnIndex(IChoice choice)
    {
        using MemoryWatch watch = NewPage(choice, out uint start, out int slots);
        var back = new BackRing<Message, Message, WatchedMemory>(watch.Shared, watch.Length);
        uint reqProd = start + (uint)choice.Next(slots + 1);
        SetIndex(watch, ReqProd, reqProd);
        for (int take = choice.Next(slots + 1); take > 0 && back.TryRead(out _); take--)
        {
        }

        for (int answer = choice.Next(slots + 1); answer > 0 && back.TryWrite(default); answer--)
        {
        }

        uint room = (uint)(slots - back.FreeSlots);
        for (int rest = (int)(reqProd - back.ReqCons); rest > 0; rest--)
        {
            // The batch that was begun is a promise: it ends before the index is looked at again.
            back.TryRead(out _);
            room--;
        }

        SetIndex(watch, ReqProd, back.ReqCons + Beyond(choice, room));
        RingState before = back.Snapshot();
        watch.Forget();
        bool noticed = choice.Next(2) == 0 ? !back.TryRead(out _) : back.FinalCheck(1 + choice.Next(3));
        Expect.That(noticed && back.IsBroken, $"With room for {room} requests an index was accepted: {before}.");
        ExpectOnlyIndicesRead(watch);
        ExpectUntouched(watch, () => back.TryRead(out _) | back.TryWrite(default) | back.Push() | back.BeginBatch() != 0 | Serves(back), back.FinalCheck);
        Expect.Equal(0, back.FreeSlots, "free slots of a broken ring");
    }

    /// <summary>R2: slot and index are read once for a decision; what changes after the read changes nothing.</summary>
    public static void SlotsAreCopiedOnce(IChoice choice)
    {
        using MemoryWatch watch = NewPage(choice, out uint start, out int slots);
        var back = new BackRing<Message, Message, WatchedMemory>(watch.Shared, watch.Length);
        var front = new FrontRing<Message, Message, WatchedMemory>(watch.Shared, watch.Length, start);
        for (int i = choice.Next(slots) + 1; i > 0; i--)
        {
            front.TryWrite(Any(choice));
        }

        front.Push();
        bool inBatches = choice.Next(2) == 0;
        while (CopiesOnce(watch, ReqProd, back.SlotOf(back.ReqCons), inBatches ? TakeOne : back.TryRead))
        {
            back.TryWrite(Any(choice));
        }

        back.Push();
        while (CopiesOnce(watch, RspProd, front.SlotOf(front.RspCons), inBatches ? ReadOne : front.TryRead))
        {
        }

        Expect.That(!front.IsBroken && !back.IsBroken, $"Two honest ends broke: {front.Snapshot()}; {back.Snapshot()}.");
        Expect.Equal(slots, front.FreeSlots, "free slots after every answer was read");

        bool TakeOne(out Message request)
        {
            ServiceBatch<Message, Message, WatchedMemory> batch = back.BeginService();
            bool taken = batch.TryRead(out request);
            back.Push(batch);
            return taken;
        }

        bool ReadOne(out Message response)
        {
            ResponseBatch<Message, Message, WatchedMemory> batch = front.BeginResponses();
            bool read = batch.TryRead(out response);
            front.End(batch);
            return read;
        }
    }

    /// <summary>R1, R3: whatever the peer writes whenever, the front never has more responses than it published requests, nor more room than slots.</summary>
    public static void FrontCountsHold(IChoice choice)
    {
        using MemoryWatch watch = NewPage(choice, out uint start, out int slots);
        var front = new FrontRing<Message, Message, WatchedMemory>(watch.Shared, watch.Length, start);
        watch.Attack(choice);
        int written = 0;
        int published = 0;
        int read = 0;
        for (int step = 0; step < Steps; step++)
        {
            switch (choice.Next(6))
            {
                case 4:
                    RequestBatch<Message, Message, WatchedMemory> requests = front.BeginRequests();
                    int added = choice.Next(slots + 2);
                    for (int i = 0; i < added && requests.TryWrite(default); i++)
                    {
                        written++;
                    }

                    front.Push(requests);
                    published = front.IsBroken ? published : written;
                    break;
                case 5:
                    ResponseBatch<Message, Message, WatchedMemory> responses = front.BeginResponses();
                    for (int i = choice.Next(slots + 2); i > 0 && responses.TryRead(out _); i--)
                    {
                        read++;
                    }

                    front.End(responses);
                    break;
                case 0:
                    written += front.TryWrite(default) ? 1 : 0;
                    break;
                case 1:
                    published = front.IsBroken ? published : written;
                    front.Push();
                    break;
                case 2:
                    read += front.TryRead(out _) ? 1 : 0;
                    break;
                case 3:
                    front.FinalCheck(choice.Next(slots) + 1);
                    break;
            }

            Expect.That(read <= published, $"{read} responses to {published} requests: {front.Snapshot()}.");
            Expect.Equal(front.IsBroken ? 0 : slots - (written - read), front.FreeSlots, "free slots");
        }
    }

    /// <summary>R1: whatever the peer writes whenever, the back never holds more requests than the ring has slots.</summary>
    public static void BackCountsHold(IChoice choice)
    {
        using MemoryWatch watch = NewPage(choice, out _, out int slots);
        var back = new BackRing<Message, Message, WatchedMemory>(watch.Shared, watch.Length);
        watch.Attack(choice);
        int taken = 0;
        int answered = 0;
        for (int step = 0; step < Steps; step++)
        {
            switch (choice.Next(5))
            {
                case 4:
                    ServiceBatch<Message, Message, WatchedMemory> service = back.BeginService();
                    for (int i = choice.Next(2 * slots); i > 0; i--)
                    {
                        taken += choice.Next(2) == 0 && service.TryRead(out _) ? 1 : 0;
                        answered += choice.Next(2) == 0 && service.TryWrite(default) ? 1 : 0;
                    }

                    back.Push(service);
                    break;
                case 0:
                    taken += back.TryRead(out _) ? 1 : 0;
                    break;
                case 1:
                    answered += back.TryWrite(default) ? 1 : 0;
                    break;
                case 2:
                    back.Push();
                    break;
                case 3:
                    back.FinalCheck(choice.Next(slots) + 1);
                    break;
            }

            Expect.That(taken - answered <= slots, $"{taken - answered} requests out of {slots} slots: {back.Snapshot()}.");
            Expect.Equal(back.IsBroken ? 0 : taken - answered, back.FreeSlots, "requests to answer");
        }
    }

    /// <summary>R11: a batch that is open when the ring breaks publishes nothing and leaves the counts alone, whatever is written into it then.</summary>
    public static void AnOpenBatchEndsWithTheRing(IChoice choice)
    {
        using MemoryWatch watch = NewPage(choice, out uint start, out int slots);
        var front = new FrontRing<Message, Message, WatchedMemory>(watch.Shared, watch.Length, start);
        uint published = Exchange(choice, watch, front);
        RequestBatch<Message, Message, WatchedMemory> batch = front.BeginRequests();
        for (int i = choice.Next(slots + 1); i > 0 && batch.TryWrite(default); i--)
        {
        }

        ResponseBatch<Message, Message, WatchedMemory> responses = front.BeginResponses();
        SetIndex(watch, RspProd, front.RspCons + Beyond(choice, published - front.RspCons));
        Expect.That(front.FinalCheck() && front.IsBroken, "A bad index was accepted.");
        front.End(responses);
        ReadOnlySpan<byte> header = watch.Bytes[..RingPage.HeaderSize].ToArray();
        for (int i = choice.Next(slots + 1); i > 0 && batch.TryWrite(default); i--)
        {
        }

        watch.Forget();
        Expect.That(!front.Push(batch), "A broken ring told its driver to notify.");
        Expect.That(watch.Bytes[..RingPage.HeaderSize].SequenceEqual(header), "A broken ring published an index.");
        Expect.That(!front.BeginRequests().TryWrite(default) && !front.BeginResponses().TryRead(out _), "A batch of a broken ring did something.");
        Expect.Equal(0, watch.Accesses, "accesses of a broken ring");
        Expect.Equal(0, front.FreeSlots, "free slots of a broken ring");
    }

    /// <summary>R11: the same of a batch at the back.</summary>
    public static void AnOpenServiceEndsWithTheRing(IChoice choice)
    {
        using MemoryWatch watch = NewPage(choice, out uint start, out int slots);
        var back = new BackRing<Message, Message, WatchedMemory>(watch.Shared, watch.Length);
        SetIndex(watch, ReqProd, start + (uint)choice.Next(slots + 1));
        ServiceBatch<Message, Message, WatchedMemory> batch = back.BeginService();
        for (int i = choice.Next(slots + 1); i > 0 && batch.TryRead(out _); i--)
        {
            batch.TryWrite(default);
        }

        SetIndex(watch, ReqProd, start + Beyond(choice, (uint)slots));
        Expect.That(back.FinalCheck() && back.IsBroken, "A bad index was accepted.");
        watch.Forget();
        Expect.That(!back.Push(batch), "A broken ring told its driver to notify.");
        Expect.Equal(0, watch.Accesses, "accesses of a broken ring");
        Expect.Equal(0, back.FreeSlots, "requests to answer on a broken ring");
    }

    /// <summary>What is used beside an open batch is told by the batch's end: nothing is lost in silence.</summary>
    public static void ABatchHasItsDirectionAlone(IChoice choice)
    {
        using MemoryWatch watch = NewPage(choice, out uint start, out _);
        var front = new FrontRing<Message, Message, WatchedMemory>(watch.Shared, watch.Length, start);
        var back = new BackRing<Message, Message, WatchedMemory>(watch.Shared, watch.Length);
        ExpectRefusal(() =>
        {
            RequestBatch<Message, Message, WatchedMemory> batch = front.BeginRequests();
            Expect.That(front.TryWrite(default), "A new ring has no room.");
            front.Push(batch);
        });
        front.Push();
        ExpectRefusal(() =>
        {
            ServiceBatch<Message, Message, WatchedMemory> batch = back.BeginService();
            Expect.That(back.TryRead(out _), "The request did not arrive.");
            back.Push(batch);
        });
        ExpectRefusal(() =>
        {
            ServiceBatch<Message, Message, WatchedMemory> batch = back.BeginService();
            Expect.That(back.TryWrite(default), "There is nothing to answer.");
            back.Push(batch);
        });
        back.Push();
        ExpectRefusal(() =>
        {
            ResponseBatch<Message, Message, WatchedMemory> batch = front.BeginResponses();
            Expect.That(front.TryRead(out _), "The response did not arrive.");
            front.End(batch);
        });
    }

    private static void ExpectRefusal(Action misuse)
    {
        try
        {
            misuse();
        }
        catch (InvalidOperationException)
        {
            return;
        }

        throw new CheckFailedException("A batch ended though the ring was used beside it.");
    }

    private delegate bool TryReadMessage(out Message message);

    private static bool CopiesOnce(MemoryWatch watch, int index, int slot, TryReadMessage tryRead)
    {
        int offset = RingPage.HeaderSize + (slot * MessageSize);
        watch.Forget();
        watch.FlipsAfterLoad = true;
        bool read = tryRead(out Message message);
        watch.FlipsAfterLoad = false;
        Expect.That(watch.MostLoads(index, sizeof(uint)) <= 1, "The peer's index was read twice for one decision.");
        if (watch.MostLoads(index, sizeof(uint)) == 1)
        {
            // Put back what the flip did to the index, for the next batch.
            watch.FirstRead(index, sizeof(uint)).CopyTo(watch.Bytes[index..]);
        }

        if (read)
        {
            Expect.Equal(1, watch.MostLoads(offset, MessageSize), "reads of a byte of the slot");
            ReadOnlySpan<byte> copy = MemoryMarshal.AsBytes(new ReadOnlySpan<Message>(in message));
            Expect.That(copy.SequenceEqual(watch.FirstRead(offset, MessageSize)), "The copy is not what the slot held when it was read.");
        }

        return read;
    }

    private static MemoryWatch NewPage(IChoice choice, out uint start, out int slots)
    {
        slots = 1 << choice.Next(4);
        start = choice.Next(2) == 0 ? (uint)choice.Next(100) : uint.MaxValue - (uint)choice.Next(10);
        var watch = new MemoryWatch(RingPage.HeaderSize + (slots * MessageSize) + choice.Next(MessageSize));
        RingPage.Initialize<DirectMemory>(watch.Shared, start);
        return watch;
    }

    /// <summary>Requests and honest answers to some of them.</summary>
    private static uint Exchange(IChoice choice, MemoryWatch watch, FrontRing<Message, Message, WatchedMemory> front)
    {
        for (int round = choice.Next(4); round >= 0; round--)
        {
            for (int i = choice.Next(front.Size) + 1; i > 0; i--)
            {
                front.TryWrite(default);
            }

            front.Push();
            SetIndex(watch, RspProd, front.RspCons + (uint)choice.Next(front.Outstanding + 1));
            while (front.TryRead(out _))
            {
            }
        }

        return front.ReqProdPvt;
    }

    /// <summary>A distance beyond the allowed one: just beyond, backwards, or anywhere.</summary>
    private static uint Beyond(IChoice choice, uint allowed) => choice.Next(3) switch
    {
        0 => allowed + 1,
        1 => uint.MaxValue - (uint)choice.Next(3),
        _ => allowed + 1 + (uint)choice.Next(int.MaxValue),
    };

    private static void SetIndex(MemoryWatch watch, int offset, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(watch.Bytes[offset..], value);

    private static void ExpectOnlyIndicesRead(MemoryWatch watch) => Expect.Equal(
        0, watch.MostLoads(RingPage.HeaderSize, watch.Length - RingPage.HeaderSize), "reads of slots after a bad index");

    private static bool Serves(BackRing<Message, Message, WatchedMemory> back)
    {
        ServiceBatch<Message, Message, WatchedMemory> batch = back.BeginService();
        return batch.TryRead(out _) | batch.TryWrite(default) | back.Push(batch);
    }

    private static void ExpectUntouched(MemoryWatch watch, Func<bool> anything, Func<bool> finalCheck)
    {
        watch.Forget();
        Expect.That(!anything(), "A broken ring did something.");
        Expect.That(finalCheck(), "A broken ring let its driver sleep.");
        Expect.Equal(0, watch.Accesses, "accesses of a broken ring");
    }

    private static Message Any(IChoice choice) => new() { Word0 = (ulong)choice.Next(int.MaxValue), Word2 = (ulong)choice.Next(int.MaxValue) };

    [StructLayout(LayoutKind.Sequential)]
    private struct Message
    {
        public ulong Word0;
        public ulong Word1;
        public ulong Word2;
    }
}
