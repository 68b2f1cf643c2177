using Xen.Checks.Rings;

namespace Xen.Checks;

public static partial class CheckList
{
    private static Check[] Rings =>
    [
        new("rings: every message arrives once, in order, at any index", CheckMode.Seeded, RingCarriesChecks.EveryMessageOnceInOrder),
        new("rings R1, R3, R11: the front refuses an index that nothing explains", CheckMode.Seeded, HostileRingChecks.FrontRefusesAnIndex),
        new("rings R1, R11: the back refuses an index that nothing explains", CheckMode.Seeded, HostileRingChecks.BackRefusesAnIndex),
        new("rings R2: a slot and an index are read once", CheckMode.Seeded, HostileRingChecks.SlotsAreCopiedOnce),
        new("rings R1, R3: the front's counts hold under attack", CheckMode.Seeded, HostileRingChecks.FrontCountsHold),
        new("rings R1: the back's counts hold under attack", CheckMode.Seeded, HostileRingChecks.BackCountsHold),
        new("rings R11: a batch that is open ends with the ring", CheckMode.Seeded, HostileRingChecks.AnOpenBatchEndsWithTheRing),
        new("rings R11: a service that is open ends with the ring", CheckMode.Seeded, HostileRingChecks.AnOpenServiceEndsWithTheRing),
        new("rings: a batch has its direction of the ring alone", CheckMode.Seeded, HostileRingChecks.ABatchHasItsDirectionAlone),
        new("rings R10: both ends drain in every interleaving", CheckMode.Exhaustive, LostWakeUpChecks.BothEndsDrain),
        new("rings R10: a missing fence is found", CheckMode.Exhaustive, LostWakeUpChecks.AMissingFenceIsFound),
        new("rings R10: both ends drain in any order", CheckMode.Seeded, LostWakeUpChecks.BothEndsDrainInAnyOrder),
        new("rings: every byte arrives once, in order, at any index", CheckMode.Seeded, ByteRingChecks.EveryByteOnceInOrder),
        new("rings R11, R15: the writer refuses an index beyond the ring", CheckMode.Seeded, ByteRingChecks.WriterRefusesAnIndex),
        new("rings R11, R15: the reader refuses an index beyond the ring", CheckMode.Seeded, ByteRingChecks.ReaderRefusesAnIndex),
        new("rings R2, R15: a byte ring's counts hold under attack", CheckMode.Seeded, ByteRingChecks.CountsHoldUnderAttack),
    ];
}
