using Xen.Checks.Console;

namespace Xen.Checks;

public static partial class CheckList
{
    private static Check[] Consoles =>
    [
        new("console R2, R15: each index is judged once, whatever the peer writes", CheckMode.Seeded, ConsoleProtocolChecks.IndicesAreJudgedOnce),
        new("console R11: a broken ring is not touched again", CheckMode.Seeded, ConsoleProtocolChecks.ABrokenRingIsLeftAlone),
        new("console R9: work is counted once, with an index that goes to and fro too", CheckMode.Seeded, ConsoleProtocolChecks.WorkIsCountedOnce),
        new("consoledev: every byte arrives once, in order, both ways", CheckMode.Seeded, ConsoleChecks.EveryByteOnceInOrder),
        new("consoledev: a daemon that is absent or late holds nobody for ever", CheckMode.Seeded, ConsoleChecks.AnAbsentDaemonHoldsNobody),
        new("consoledev R9: a storm of events that bring nothing is slowed down", CheckMode.Seeded, ConsoleHostileChecks.AStormIsSlowedDown),
        new("consoledev R11, R15: an impossible index ends everybody who waits", CheckMode.Seeded, ConsoleHostileChecks.AnImpossibleIndexEndsEverybody),
        new("consoledev R8: the ring goes to another owner with everything in it", CheckMode.Seeded, ConsoleHandOverChecks.TheNextOwnerGetsEverything),
        new("consoledev R8: room is used at the last moment, and the rest is counted", CheckMode.Seeded, ConsoleHandOverChecks.RoomIsUsedAtTheLastMoment),
        new("consoledev R8: a keeper's text and the program's are neither lost nor cut", CheckMode.Seeded, ConsoleKeeperChecks.NothingIsLostOrCut),
        new("consoledev: a keeper's text and the program's are in the order of writing", CheckMode.Seeded, ConsoleKeeperChecks.TheOrderOfBothIsKept),
        new("consoledev R11, R15: a broken ring goes back to its keeper", CheckMode.Seeded, ConsoleKeeperChecks.ABrokenRingGoesBack),
        new("consoledev R19: suspends lose nothing of the output", CheckMode.Seeded, ConsoleHandOverChecks.SuspendsLoseNothing),
    ];
}
