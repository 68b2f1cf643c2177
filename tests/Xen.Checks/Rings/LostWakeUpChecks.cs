using Xen.Checks.Stepping;
using Xen.Simulation.Choices;

namespace Xen.Checks.Rings;

/// <summary>
/// R10: no wake-up is lost. Every interleaving of loads, drains of the store buffers, fences, notifications, unmasking and sleeping of
/// both ends is gone through, for rings of 2 and 4 slots that fill up and wrap, one and several messages a push, an immediate and a
/// delayed event, indices that cross 2^32. Not covered: a hostile peer (see <see cref="HostileRingChecks"/>), more than one page,
/// more than two processors, processors weaker than x86.
/// </summary>
public static class LostWakeUpChecks
{
    private const int ReqProd = 0;
    private const int ReqEvent = 4;
    private const int RspProd = 8;
    private const int RspEvent = 12;

    private static readonly int[] FencedStores = [ReqProd, ReqEvent, RspProd, RspEvent];

    private static readonly RingDialogue[] Dialogues =
    [
        new(Slots: 2, Messages: 3, Start: uint.MaxValue - 1, FrontBatch: 1, BackBatch: 1, WakeAt: 1),
        new(Slots: 2, Messages: 4, Start: uint.MaxValue - 2, FrontBatch: 1, BackBatch: 2, WakeAt: 2),
        new(Slots: 2, Messages: 4, Start: 0, FrontBatch: 2, BackBatch: 1, WakeAt: 1),
        new(Slots: 4, Messages: 5, Start: uint.MaxValue - 3, FrontBatch: 4, BackBatch: 2, WakeAt: 1),
        new(Slots: 4, Messages: 6, Start: 0, FrontBatch: 2, BackBatch: 4, WakeAt: 3),
    ];

    /// <summary>Whatever happens in which order, both ends come to their end.</summary>
    public static void BothEndsDrain(IChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        RingDialogue dialogue = Dialogues[choice.Next(Dialogues.Length)];
        IReadOnlyList<int>? stuck = Exploration.Explore(dialogue.ToMachine(unfencedOffset: null)).Stuck;
        Expect.That(stuck is null, $"{dialogue} stands still after the choices [{string.Join(", ", stuck ?? [])}].");
    }

    /// <summary>
    /// The search is good enough to be believed: with any one of the four full fences left out it finds an order in which both ends
    /// sleep for ever.
    /// </summary>
    public static void AMissingFenceIsFound(IChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        RingDialogue dialogue = Dialogues[choice.Next(Dialogues.Length)];
        int unfenced = FencedStores[choice.Next(FencedStores.Length)];
        IReadOnlyList<int>? stuck = Exploration.Explore(dialogue.ToMachine(unfenced)).Stuck;
        Expect.That(stuck is not null, $"{dialogue} without the fence after the store to offset {unfenced} never stands still.");
        SteppingMachine replayed = dialogue.ToMachine(unfenced);
        replayed.Run(new ReplayedChoice(stuck!));
        Expect.That(!replayed.IsFinished, $"{dialogue} did not stand still when the way there was replayed.");
    }

    /// <summary>The same for any small dialogue in a random order.</summary>
    public static void BothEndsDrainInAnyOrder(IChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        int slots = 1 << choice.Next(4);
        var dialogue = new RingDialogue(
            slots,
            (uint)(1 + choice.Next(2 * slots)),
            uint.MaxValue - (uint)choice.Next(2 * slots),
            1 + choice.Next(slots),
            1 + choice.Next(slots),
            1 + choice.Next(slots));
        SteppingMachine machine = dialogue.ToMachine(unfencedOffset: null);
        machine.Run(choice);
        Expect.That(machine.IsFinished, $"{dialogue} stands still: {machine}.");
    }
}
