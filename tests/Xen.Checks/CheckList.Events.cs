using Xen.Checks.Events;
using Xen.Events;
using Xen.Simulation.Choices;

namespace Xen.Checks;

public static partial class CheckList
{
    private static Check[] Events =>
    [
        .. OverBothAbis("events/R10: no event is lost, in every order of tasks", CheckMode.Exhaustive, EventChecks.NoEventIsLostInAnyOrder),
        .. OverBothAbis("events/R10: no event is lost among delays and spurious events", CheckMode.Seeded, EventChecks.NoEventIsLostUnderFaults),
        .. OverBothAbis("events/R9: a storm costs its port O(log N) wake-ups and the others nothing", CheckMode.Seeded, EventStormChecks.StormIsDelayed),
        .. OverBothAbis("events/R8: open and close in any order leaves no port", CheckMode.Seeded, EventPortChecks.NoPortIsLeft),
        .. OverBothAbis("events/R19: ports of an older epoch are refused", CheckMode.Seeded, EventPortChecks.OldPortsAreStale),
        .. OverBothAbis("events/enforced: a domain reaches no port that is not its own", CheckMode.Seeded, EventPortChecks.OthersArePrivate),
        .. OverBothAbis("events/limit: ports up to the ABI's limit work", CheckMode.Exhaustive, EventAbiChecks.PortsUpToTheLimitWork),
        .. OverBothAbis("events/toolstack: ports that exist before the guest are heard", CheckMode.Exhaustive, EventAbiChecks.EarlierPortsAreHeard),
        new("events/abi: FIFO where Xen has it and the guest wants it", CheckMode.Exhaustive, EventAbiChecks.AbiIsDetected),
        new("events/fifo: a closed port's number stays away while it is queued", CheckMode.Seeded, FifoChecks.QueuedNumbersStayAway),
        new("events/fifo: the highest priority first, then first come first served", CheckMode.Seeded, FifoChecks.OrderIsKept),
        new("events/fifo: a higher priority goes before the rest of a queue", CheckMode.Seeded, FifoChecks.HigherPriorityGoesFirst),
        new("events/R17: a wrong link costs its own queue, and nothing else", CheckMode.Seeded, FifoLinkChecks.WrongLinksCostTheirQueue),
        new("events/R17: nothing behind a wrong link is lost", CheckMode.Seeded, FifoLinkChecks.NothingBehindAWrongLinkIsLost),
        new("events/R17: a scan is bounded whatever Xen does", CheckMode.Seeded, FifoLinkChecks.ScanIsBounded),
        new("events/R10: FIFO words keep every event in every interleaving", CheckMode.Exhaustive, FifoRaceChecks.EveryEventIsTaken),
        new("events/R10: FIFO words without a rule lose one", CheckMode.Exhaustive, FifoRaceChecks.AMissingRuleIsFound),
    ];

    private static Check[] OverBothAbis(string name, CheckMode mode, Action<IChoice, EventAbi> body) =>
    [
        new($"{name} (2-level)", mode, choice => body(choice, EventAbi.TwoLevel)),
        new($"{name} (FIFO)", mode, choice => body(choice, EventAbi.Fifo)),
    ];
}
