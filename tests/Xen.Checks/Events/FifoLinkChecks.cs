using System.Runtime.InteropServices;
using Xen.Events;
using Xen.Platform;
using Xen.Platform.Abi;
using Xen.Simulation.Choices;

namespace Xen.Checks.Events;

/// <summary>R17: links that lead beyond the words, to themselves, in a circle, or to a word that is in no queue.</summary>
public static unsafe class FifoLinkChecks
{
    private const int Pages = 2;
    private const int Words = Pages * FifoEventWord.PerPage;
    private const int SoundQueue = 9;
    private const int Scans = 3;
    private const int Length = (1 + Pages) * PageSize.Bytes;

    /// <summary>One queue is wrong; it and another one are full of events. The other one is emptied, in order; the wrong one up to its wrong link.</summary>
    public static void WrongLinksCostTheirQueue(IChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        byte* memory = Allocate();
        try
        {
            FifoQueues<DirectEventMemory> queues = Queues<DirectEventMemory>(memory);
            uint[] ports = Shuffled(choice, 2 + choice.Next(40));
            int split = 1 + choice.Next(ports.Length - 1);
            int wrongQueue = choice.Next(FifoControlBlock.Queues);
            wrongQueue = wrongQueue == SoundQueue ? SoundQueue + 1 : wrongQueue;
            Chain(memory, SoundQueue, ports.AsSpan(0, split), last: 0);
            Chain(memory, wrongQueue, ports.AsSpan(split), WrongLink(choice, ports, split, ports.Length - 1));
            var taken = new TakenPorts();
            queues.Scan(taken);
            uint[] order = taken.Drain();
            Expect.That(order.Order().SequenceEqual(ports.Order()), $"Taken: [{string.Join(", ", order)}], of [{string.Join(", ", ports)}].");
            Expect.Equal(1L, queues.DroppedQueues, "queues given up");
            queues.Scan(taken);
            Expect.Equal(0, taken.Drain().Length, "events of a second scan");
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    /// <summary>A queue has a wrong link somewhere: what stands behind it is heard all the same, each event once, and the words can be used again.</summary>
    public static void NothingBehindAWrongLinkIsLost(IChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        byte* memory = Allocate();
        try
        {
            FifoQueues<DirectEventMemory> queues = Queues<DirectEventMemory>(memory);
            var taken = new TakenPorts();
            for (int round = 0; round < Scans; round++)
            {
                new Span<byte>(memory, Length).Clear();
                uint[] ports = Shuffled(choice, 3 + choice.Next(40));
                int split = 1 + choice.Next(ports.Length - 2);
                Chain(memory, SoundQueue, ports.AsSpan(0, split), last: 0);
                Chain(memory, SoundQueue - 1, ports.AsSpan(split), last: 0);
                int place = split + choice.Next(ports.Length - split);
                uint* wrong = (uint*)(memory + PageSize.Bytes) + ports[place];
                *wrong = (*wrong & ~FifoEventWord.LinkMask) | WrongLink(choice, ports, split, place);
                queues.Scan(taken);
                uint[] order = taken.Drain();
                Expect.That(order.Order().SequenceEqual(ports.Order()), $"Taken: [{string.Join(", ", order)}], of [{string.Join(", ", ports)}].");
                Expect.Equal(round + 1L, queues.DroppedQueues, "queues given up");
                Expect.That(AreUnlinked(memory, ports), "A word is still linked: Xen would never append it again.");
            }
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    /// <summary>Somebody rewrites words, heads and ready bits all the time.</summary>
    public static void ScanIsBounded(IChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        byte* memory = Allocate();
        try
        {
            // A visit of a word is a handful of accesses, some of them again when the word was rewritten in between.
            HostileEventMemory.Begin(choice, memory, Length, accesses: Scans * Words * 4 * 20);
            FifoQueues<HostileEventMemory> queues = Queues<HostileEventMemory>(memory);
            var taken = new TakenPorts();
            for (int scan = 0; scan < Scans; scan++)
            {
                ((FifoControlBlock*)memory)->Ready = uint.MaxValue;
                queues.Scan(taken);
            }

            Expect.That(taken.Drain().All(port => port is > 0 and < Words), "An event for a port that does not exist.");
            queues.Mask(1);
            queues.Unmask(1);
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    private static bool AreUnlinked(byte* memory, uint[] ports)
    {
        foreach (uint port in ports)
        {
            if ((((uint*)(memory + PageSize.Bytes))[port] & (FifoEventWord.Linked | FifoEventWord.LinkMask)) != 0)
            {
                return false;
            }
        }

        return true;
    }

    private static byte* Allocate()
    {
        byte* memory = (byte*)NativeMemory.AlignedAlloc(Length, PageSize.Bytes);
        new Span<byte>(memory, Length).Clear();
        return memory;
    }

    private static FifoQueues<TMemory> Queues<TMemory>(byte* memory)
        where TMemory : struct, IEventMemory
    {
        var queues = new FifoQueues<TMemory>();
        queues.Reset((FifoControlBlock*)memory);
        for (int page = 1; page <= Pages; page++)
        {
            queues.AddPage((uint*)(memory + (page * PageSize.Bytes)));
        }

        return queues;
    }

    private static uint[] Shuffled(IChoice choice, int count)
    {
        var all = Enumerable.Range(1, Words - 1).Select(port => (uint)port).ToList();
        uint[] ports = new uint[count];
        for (int i = 0; i < count; i++)
        {
            int index = choice.Next(all.Count);
            ports[i] = all[index];
            all.RemoveAt(index);
        }

        return ports;
    }

    // Of the port at the place, in a queue that begins at the split.
    private static uint WrongLink(IChoice choice, uint[] ports, int split, int place) => choice.Next(4) switch
    {
        0 => Words + (uint)choice.Next((int)FifoEventWord.Channels - Words),
        1 => ports[place],
        2 => ports[split + choice.Next(place - split + 1)],
        _ => Enumerable.Range(1, Words - 1).Select(port => (uint)port).First(port => !ports.Contains(port)),
    };

    private static void Chain(byte* memory, int queue, Span<uint> ports, uint last)
    {
        var control = (FifoControlBlock*)memory;
        uint* words = (uint*)(memory + PageSize.Bytes);
        control->Ready |= 1u << queue;
        control->Head[queue] = ports[0];
        for (int i = 0; i < ports.Length; i++)
        {
            words[ports[i]] = FifoEventWord.Pending | FifoEventWord.Linked | (i + 1 < ports.Length ? ports[i + 1] : last);
        }
    }
}
