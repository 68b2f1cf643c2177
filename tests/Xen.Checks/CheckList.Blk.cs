using Xen.Checks.Blk;

namespace Xen.Checks;

public static partial class CheckList
{
    private static Check[] Blk =>
    [
        new("blk R2, R3, R4: responses are judged right", CheckMode.Seeded, BlkfrontChecks.ResponsesAreJudgedRight),
        new("blk R1, R2, R3, R11: the front holds under attack", CheckMode.Seeded, BlkfrontChecks.HoldsUnderAttack),
        new("blk R1, R11: nothing is touched after a breach", CheckMode.Seeded, BlkfrontChecks.NothingIsTouchedAfterABreach),
        new("blk R2: the back judges requests as Linux does", CheckMode.Seeded, BlkbackChecks.RequestsAreJudgedRight),
        new("blk R2: the back judges indirect segments as Linux does", CheckMode.Seeded, BlkbackChecks.IndirectSegmentsAreJudgedRight),
        new("blk R1, R2, R11: the back holds under attack", CheckMode.Seeded, BlkbackChecks.HoldsUnderAttack),
    ];
}
