using Xen.Checks.Grants;

namespace Xen.Checks;

public static partial class CheckList
{
    private static Check[] Grants =>
    [
        new("grants/R7: what a peer holds is quarantined and comes back, nothing else is reused", CheckMode.Seeded, GrantQuarantineChecks.NothingHeldIsReused),
        new("grants/R7: single pages that a peer holds stay away until they are idle", CheckMode.Seeded, GrantQuarantineChecks.SinglePagesWait),
        new("grants/R8: everything comes back after any sequence", CheckMode.Seeded, GrantChecks.EverythingComesBack),
        new("grants/R16: a granted page is zero whatever lay in it", CheckMode.Seeded, GrantChecks.PagesAreZero),
        new("grants/R16: a write after the revocation is found at reuse", CheckMode.Seeded, GrantChecks.LateWriteIsFound),
        new("grants/R19: grants and mappings of an older epoch are stale", CheckMode.Seeded, GrantChecks.OldGrantsAreStale),
        new("grants/R20: references 0 to 7 are never handed out", CheckMode.Seeded, GrantChecks.ReservedReferencesStay),
        new("grants/copy: does what a copy of bytes does, and says so for each", CheckMode.Seeded, GrantCopyChecks.CopyIsACopy),
        new("grants/enforced: a hostile domain reaches nothing that it was not granted", CheckMode.Seeded, GrantEnforcementChecks.OnlyGrantedPagesAreReached),
    ];
}
