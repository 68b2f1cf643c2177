using System.Buffers.Binary;
using Xen.Checks.Memory;
using Xen.Console;
using Xen.Platform;
using Xen.Rings;
using Xen.Simulation.Choices;

namespace Xen.Checks.Console;

/// <summary>One end of a console ring against a peer that writes any byte of the page at any time.</summary>
internal static unsafe class ConsoleProtocolChecks
{
    private const int Steps = 100;
    private static readonly TimeSpan LongestPoll = TimeSpan.FromMilliseconds(250);
    private static readonly int[] Indices = [XenconsInterface.InCons, XenconsInterface.InProd, XenconsInterface.OutCons, XenconsInterface.OutProd];

    /// <summary>R2, R15: no operation reads a shared byte twice, and none copies more than a ring holds.</summary>
    public static void IndicesAreJudgedOnce(IChoice choice)
    {
        using var watch = new MemoryWatch(PageSize.Bytes);
        ConsoleProtocol<WatchedMemory> end = NewEnd(watch, choice, out _);
        byte[] bytes = new byte[4096];
        watch.PeerBeforeLoad = _ =>
        {
            if (choice.Next(4) == 0)
            {
                Move(watch, Indices[choice.Next(Indices.Length)], (uint)(choice.Next(9) - 4));
            }
        };
        for (int step = 0; step < Steps; step++)
        {
            watch.Forget();
            int count = Act(end, choice, bytes.AsSpan(0, choice.Next(bytes.Length)));
            Expect.That(count is >= 0 and <= XenconsInterface.OutSize, $"{count} bytes through a ring of {XenconsInterface.OutSize}.");
            Expect.That(watch.MostLoads(0, watch.Length) <= 1, "A shared byte was read twice for one decision.");
        }
    }

    /// <summary>R11: once either direction is broken neither is touched, and nothing says that bytes were taken.</summary>
    public static void ABrokenRingIsLeftAlone(IChoice choice)
    {
        using var watch = new MemoryWatch(PageSize.Bytes);
        ConsoleProtocol<WatchedMemory> end = NewEnd(watch, choice, out bool isFront);
        byte[] bytes = new byte[100];
        bool isOutput = choice.Next(2) == 0;
        int cons = isFront ? XenconsInterface.OutCons : XenconsInterface.InCons;
        int prod = isFront ? XenconsInterface.InProd : XenconsInterface.OutProd;
        Move(watch, isOutput ? cons : prod, XenconsInterface.OutSize + 1 + (uint)choice.Next(1_000_000));
        Expect.Equal(0, isOutput ? end.Write(bytes) : end.Read(bytes), "bytes through a ring that cannot be");
        Expect.That(end.IsBroken, "An index beyond the ring was believed.");
        end.PollNotify();
        watch.Forget();
        for (int step = 0; step < Steps; step++)
        {
            Expect.Equal(0, Act(end, choice, bytes), "bytes through a broken ring");
        }

        Expect.That(!end.PollDrained() && !end.PollNotify() && !end.HandleEvent(), "A broken ring has drained, notifies or brings work.");
        Expect.Equal(0, watch.Accesses, "accesses of a broken ring");
    }

    /// <summary>
    /// R9: an event is spurious unless it brought a byte or room that there had not been. A peer that moves its index back and forth has as much
    /// work to its credit as it took bytes.
    /// </summary>
    public static void WorkIsCountedOnce(IChoice choice)
    {
        using var watch = new MemoryWatch(PageSize.Bytes);
        ConsoleProtocol<WatchedMemory> end = NewEnd(watch, choice, out bool isFront);
        int cons = isFront ? XenconsInterface.OutCons : XenconsInterface.InCons;
        int written = end.Write(new byte[1 + choice.Next(1000)]);
        int works = 0;
        uint taken = 0;
        uint mostTaken = 0;
        int advances = 0;
        for (int step = 0; step < Steps; step++)
        {
            uint next = (uint)choice.Next(written + 1);
            Move(watch, cons, next - taken);
            taken = next;
            advances += taken > mostTaken ? 1 : 0;
            mostTaken = Math.Max(mostTaken, taken);
            works += end.HandleEvent() ? 1 : 0;
            Expect.Equal(advances, works, "events that brought room");
            Expect.Equal(mostTaken == written, end.PollDrained(), "drained");
        }

        Expect.That(!end.IsBroken, "An index within the ring broke it.");
    }

    private static int Act(ConsoleProtocol<WatchedMemory> end, IChoice choice, Span<byte> bytes)
    {
        switch (choice.Next(5))
        {
            case 0:
                return end.Write(bytes);
            case 1:
                return end.Read(bytes);
            case 2:
                end.HandleEvent();
                return 0;
            case 3:
                end.HandleTimer();
                return 0;
            default:
                end.PollDrained();
                return 0;
        }
    }

    private static ConsoleProtocol<WatchedMemory> NewEnd(MemoryWatch watch, IChoice choice, out bool isFront)
    {
        uint start = 0u - (uint)choice.Next(5000);
        foreach (int index in Indices)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(watch.Bytes[index..], start);
        }

        isFront = choice.Next(2) == 0;
        return isFront
            ? ConsoleProtocols.Front<WatchedMemory>(watch.Shared, LongestPoll)
            : ConsoleProtocols.Back<WatchedMemory>(watch.Shared, LongestPoll);
    }

    private static void Move(MemoryWatch watch, int index, uint by)
    {
        Span<byte> word = watch.Bytes[index..];
        BinaryPrimitives.WriteUInt32LittleEndian(word, BinaryPrimitives.ReadUInt32LittleEndian(word) + by);
    }
}
