using Xen.Checks.Events;

namespace Xen.Checks;

public static partial class CheckList
{
    private static Check[] Events =>
    [
        new("events/R10: no event is lost, in every order of tasks", CheckMode.Exhaustive, EventChecks.NoEventIsLostInAnyOrder),
        new("events/R10: no event is lost among delays and spurious events", CheckMode.Seeded, EventChecks.NoEventIsLostUnderFaults),
        new("events/R9: a storm costs its port O(log N) wake-ups and the others nothing", CheckMode.Seeded, EventStormChecks.StormIsDelayed),
        new("events/R8: open and close in any order leaves no port", CheckMode.Seeded, EventPortChecks.NoPortIsLeft),
        new("events/R19: ports of an older epoch are refused", CheckMode.Seeded, EventPortChecks.OldPortsAreStale),
        new("events/enforced: a domain reaches no port that is not its own", CheckMode.Seeded, EventPortChecks.OthersArePrivate),
    ];
}
