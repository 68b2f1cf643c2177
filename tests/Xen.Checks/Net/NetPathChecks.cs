using Xen.Checks.Memory;
using Xen.Devices;
using Xen.Grants;
using Xen.Netback;
using Xen.Netfront;
using Xen.Rings;
using Xen.Simulation.Choices;

namespace Xen.Checks.Net;

/// <summary>Both ends of a ring, honest: every frame arrives once, whole and in order, and every slot comes back.</summary>
public static unsafe class NetPathChecks
{
    private const int Steps = 80;
    private const int Frames = 128;

    /// <summary>From the front end to the back end.</summary>
    public static void SentFramesArrive(IChoice choice)
    {
        using MemoryWatch watch = NetPage.Create(choice, out uint start);
        var front = new NetfrontTxProtocol<DirectMemory>(new(watch.Shared, watch.Length, start), Frames);
        var back = new NetbackTxProtocol<DirectMemory>(new(watch.Shared, watch.Length));
        var sent = new Queue<(int Length, FrameOffload Offload)>();
        var held = new bool[Frames];
        int size = front.FreeSlots;
        for (int step = 0; step < Steps; step++)
        {
            int frame = choice.Next(Frames);
            int length = 14 + choice.Next(choice.Next(3) == 0 ? 65522 : 1500);
            FrameOffload offload = AnyOffload(choice);
            if (!held[frame] && front.TryQueue(frame, Refs(length), length, offload))
            {
                held[frame] = true;
                sent.Enqueue((length, offload));
            }

            if (choice.Next(3) == 0)
            {
                front.Publish();
                Drain(back, sent);
                back.Publish();
                Reap(front, held);
            }
        }

        front.Publish();
        Drain(back, sent);
        back.Publish();
        Reap(front, held);
        Expect.Equal(0, sent.Count, "frames that did not arrive");
        Expect.That(!held.Contains(true), "A frame did not complete.");
        Expect.Equal(size, front.FreeSlots, "free slots in the end (R8)");
    }

    /// <summary>From the back end to the front end.</summary>
    public static void ReceivedFramesArrive(IChoice choice)
    {
        using MemoryWatch watch = NetPage.Create(choice, out uint start);
        var front = new NetfrontRxProtocol<DirectMemory>(new(watch.Shared, watch.Length, start));
        var back = new NetbackRxProtocol<DirectMemory>(new(watch.Shared, watch.Length));
        var expected = new Queue<(int Length, FrameOffload Offload)>();
        int posted = 0;
        for (int step = 0; step < Steps; step++)
        {
            for (int post = choice.Next(60); post > 0 && front.TryPost(posted & 255, new GrantRef(8)); post--)
            {
                posted++;
            }

            front.Publish();
            int length = 14 + choice.Next(choice.Next(3) == 0 ? 65522 : 1500);
            FrameOffload offload = AnyOffload(choice);
            if (back.Poll() >= Netif.SlotsOf(length) + (offload.GsoSize > 0 ? 1 : 0))
            {
                Put(back, length, offload);
                expected.Enqueue((length, offload));
            }

            back.Publish();
            while (front.TryReceive(out NetfrontRxFrame frame))
            {
                Expect.Equal(expected.Dequeue(), (frame.Length, frame.Offload), "the frame");
            }

            Expect.That(!front.Violation.IsViolation, $"An honest back end was blamed: {front.Violation}.");
        }

        Expect.Equal(0, expected.Count, "frames that did not arrive");
    }

    private static FrameOffload AnyOffload(IChoice choice) => choice.Next(4) switch
    {
        0 => new FrameOffload(ChecksumState.Partial, (GsoType)(1 + choice.Next(2)), (ushort)(1 + choice.Next(1460))),
        1 => new FrameOffload(ChecksumState.Partial),
        2 => new FrameOffload(ChecksumState.Validated),
        _ => default,
    };

    private static GrantRef[] Refs(int length) => [.. Enumerable.Range(8, Netif.SlotsOf(length)).Select(i => new GrantRef((uint)i))];

    private static void Drain(NetbackTxProtocol<DirectMemory> back, Queue<(int Length, FrameOffload Offload)> sent)
    {
        int slots = back.Size;
        while (back.TryTake(ref slots, out NetbackPacket packet))
        {
            Expect.Equal(sent.Dequeue(), (packet.Length, packet.Offload), "the packet");
            back.Answer(back.Slots, packet.ExtraCount, NetifStatus.Okay);
        }

        Expect.That(!back.Violation.IsViolation, $"An honest front end was blamed: {back.Violation}.");
    }

    private static void Reap(NetfrontTxProtocol<DirectMemory> front, bool[] held)
    {
        while (front.TryComplete(out NetfrontTxCompletion completion))
        {
            Expect.That(held[completion.Frame] && completion.Status == NetifStatus.Okay, $"{completion} was not expected.");
            held[completion.Frame] = false;
        }

        Expect.That(!front.Violation.IsViolation, $"An honest back end was blamed: {front.Violation}.");
    }

    private static void Put(NetbackRxProtocol<DirectMemory> back, int length, FrameOffload offload)
    {
        int slots = Netif.SlotsOf(length);
        for (int i = 0; i < slots; i++)
        {
            back.TryTake(out ushort id, out _);
            NetifRxFlags flags = i + 1 < slots ? NetifRxFlags.MoreData : NetifRxFlags.None;
            bool cut = i == 0 && offload.GsoSize > 0;
            back.Answer(id, flags | (i == 0 ? First(offload) : 0), (short)Math.Min(length - (i * 4096), 4096));
            if (cut)
            {
                back.TryTake(out _, out _);
                back.AnswerExtra(NetifExtraInfo.Gso((NetifGsoType)offload.GsoType, offload.GsoSize));
            }
        }
    }

    private static NetifRxFlags First(FrameOffload offload) =>
        (offload.GsoSize > 0 ? NetifRxFlags.ExtraInfo : NetifRxFlags.None) | offload.Checksum switch
        {
            ChecksumState.Partial => NetifRxFlags.CsumBlank | NetifRxFlags.DataValidated,
            ChecksumState.Validated => NetifRxFlags.DataValidated,
            _ => NetifRxFlags.None,
        };
}
