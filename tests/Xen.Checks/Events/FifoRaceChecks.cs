using Xen.Checks.Stepping;
using Xen.Simulation.Choices;

namespace Xen.Checks.Events;

/// <summary>
/// R10 for FIFO event words: every interleaving of Xen's and the guest's accesses, drains of their store buffers, upcalls and sleeping, for one port that
/// is sent to again and again, two that share a queue, and two in different queues. Not covered: a hostile Xen (see <see cref="FifoLinkChecks"/>), more
/// than two ports, processors weaker than x86.
/// </summary>
public static class FifoRaceChecks
{
    private static readonly FifoDialogue[] Dialogues =
    [
        new([1, 1, 1], [0, 1, 1]),
        new([1, 2, 1], [0, 1, 1]),
        new([1, 2, 2], [0, 1, 1]),
        new([1, 2, 1], [0, 2, 1]),
        new([1, 2, 1, 2], [0, 1, 1]),
        new([1, 1, 2, 1], [0, 1, 1]),
    ];

    public static void EveryEventIsTaken(IChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        FifoDialogue dialogue = Dialogues[choice.Next(Dialogues.Length)];
        IReadOnlyList<int>? stuck = Exploration.Explore(dialogue.ToMachine(FifoDefect.None)).Stuck;
        Expect.That(stuck is null, $"{dialogue}: one is lost after the choices [{string.Join(", ", stuck ?? [])}].");
    }

    public static void AMissingRuleIsFound(IChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        FifoDialogue dialogue = Dialogues[choice.Next(Dialogues.Length)];
        FifoDefect defect = choice.Next(2) == 0 ? FifoDefect.TornExchange : FifoDefect.XenIsNotAsked;
        Expect.That(LosesOne(dialogue, defect), $"{dialogue}: none is lost, for all of {defect}.");
    }

    // A torn word shows itself as a sleep without end, or as a queue that the guest's own code finds broken.
    private static bool LosesOne(FifoDialogue dialogue, FifoDefect defect)
    {
        try
        {
            return Exploration.Explore(dialogue.ToMachine(defect)).Stuck is not null;
        }
        catch (CheckFailedException) when (defect == FifoDefect.TornExchange)
        {
            return true;
        }
    }
}
