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
        new("blkdev R7, R8, R11: a front end holds against any back end", CheckMode.Seeded, BlkDeviceChecks.HoldsAgainstAnyBackend),
        new("blkdev R1, R8: a back end holds against any front end", CheckMode.Seeded, BlkbackDeviceChecks.HoldsAgainstAnyFrontend),
        new("blkdev R4: statuses become results", CheckMode.Seeded, BlkDeviceChecks.StatusesBecomeResults),
        new("blkdev R7, R11: cancellation frees nothing that is granted", CheckMode.Seeded, BlkDeviceChecks.CancellationFreesNothingThatIsGranted),
        new("blkdev R7: a page that is kept ends the connection and waits", CheckMode.Seeded, BlkDeviceChecks.KeptPagesAreQuarantined),
        new("blkdev: a flush is a barrier", CheckMode.Seeded, BlkDeviceChecks.FlushIsABarrier),
        new("blkdev: pages that cannot be reached are errors", CheckMode.Seeded, BlkbackDeviceChecks.UnreachablePagesAreErrors),
        new("blkdev R12: a back end's keys are taken or refused by name", CheckMode.Seeded, BlkKeyChecks.BackendKeysAreTakenOrRefusedByName),
        new("blkdev R12: a front end's keys are taken or refused by name", CheckMode.Seeded, BlkKeyChecks.FrontendKeysAreTakenOrRefusedByName),
        new("blkdev R12: changes while connected are taken or refused by name", CheckMode.Seeded, BlkKeyChecks.ChangesAreTakenOrRefused),
        new("blkdev R13: states in any order end", CheckMode.Seeded, BlkDeviceChecks.StatesInAnyOrderEnd),
        new("blkdev R16: pages hold the data alone", CheckMode.Seeded, BlkDeviceChecks.PagesHoldTheDataAlone),
        new("blkdev R8: data is what was written", CheckMode.Seeded, BlkModelChecks.DataIsWhatWasWritten),
        new("blkdev: a read-only disk stays as it was", CheckMode.Seeded, BlkModelChecks.ReadOnlyStaysAsItWas),
        new("blkdev: failures of the store are results", CheckMode.Seeded, BlkModelChecks.FailuresAreResults),
        new("blkdev: the stream is a stream of the disk's bytes", CheckMode.Seeded, BlkModelChecks.StreamIsAStream),
    ];
}
