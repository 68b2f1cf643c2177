using Xen.Checks.Memory;
using Xen.Netback;
using Xen.Rings;
using Xen.Simulation.Choices;

namespace Xen.Checks.Net;

/// <summary>The back end's half of a receive ring against a front end that offers what it likes.</summary>
public static unsafe class NetbackRxChecks
{
    private const int Steps = 60;
    private const int RingSlots = 256;

    /// <summary>R1, R2, R11: whatever byte the front end writes whenever, no more pages are taken than a ring holds, and nothing is touched after a breach.</summary>
    public static void HoldsUnderAttack(IChoice choice)
    {
        using MemoryWatch watch = NetPage.Create(choice, out _);
        var back = new NetbackRxProtocol<WatchedMemory>(new(watch.Shared, watch.Length));
        watch.Attack(choice);
        for (int step = 0; step < Steps; step++)
        {
            int available = back.Poll();
            Expect.That(available is >= 0 and <= RingSlots, $"{available} pages are offered.");
            for (int taken = choice.Next(available + 1); taken > 0; taken--)
            {
                Expect.That(back.TryTake(out ushort id, out _), "A page that was counted is not there.");
                Answer(back, id, choice);
            }

            back.Publish();
            back.FinalCheck(1 + choice.Next(4));
            if (back.Violation.IsViolation)
            {
                ExpectUntouched(watch, back);
                return;
            }
        }
    }

    private static void Answer(NetbackRxProtocol<WatchedMemory> back, ushort id, IChoice choice)
    {
        if (choice.Next(4) == 0)
        {
            back.AnswerExtra(NetifExtraInfo.Gso(NetifGsoType.TcpV4, 1000));
        }
        else
        {
            back.Answer(id, NetifRxFlags.None, 60);
        }
    }

    private static void ExpectUntouched(MemoryWatch watch, NetbackRxProtocol<WatchedMemory> back)
    {
        NetifViolation first = back.Violation;
        watch.Forget();
        back.Answer(1, NetifRxFlags.None, 60);
        back.AnswerExtra(NetifExtraInfo.Gso(NetifGsoType.TcpV4, 1000));
        Expect.That(!(back.TryTake(out _, out _) | back.Publish() | back.FinalCheck(1)) && back.Poll() == 0, "A broken protocol did something.");
        Expect.That(back.Snapshot().IsBroken, "A broken ring does not say so.");
        Expect.Equal(0, watch.Accesses, "accesses after a breach");
        Expect.Equal(first, back.Violation, "the first breach");
    }
}
