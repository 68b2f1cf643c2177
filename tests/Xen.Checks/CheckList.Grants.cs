using Xen.Checks.Grants;
using Xen.Grants;
using Xen.Simulation.Choices;

namespace Xen.Checks;

public static partial class CheckList
{
    private static Check[] Grants =>
    [
        .. OverBothVersions("grants/R7: what a peer holds is quarantined and comes back, nothing else is reused", GrantQuarantineChecks.NothingHeldIsReused),
        .. OverBothVersions("grants/R7: single pages that a peer holds stay away until they are idle", GrantQuarantineChecks.SinglePagesWait),
        .. OverBothVersions("grants/R8: everything comes back after any sequence", GrantChecks.EverythingComesBack),
        .. OverBothVersions("grants/R16: a granted page is zero whatever lay in it", GrantChecks.PagesAreZero),
        .. OverBothVersions("grants/R16: a write after the revocation is found at reuse", GrantChecks.LateWriteIsFound),
        .. OverBothVersions("grants/R19: grants and mappings of an older epoch are stale", GrantChecks.OldGrantsAreStale),
        .. OverBothVersions("grants/R19: a single page's grant ends with its epoch", GrantChecks.OldSinglePagesAreStale),
        .. OverBothVersions("grants/R20: references 0 to 7 are never handed out", GrantChecks.ReservedReferencesStay),
        .. OverBothVersions("grants/copy: does what a copy of bytes does, and says so for each", GrantCopyChecks.CopyIsACopy),
        .. OverBothVersions("grants/enforced: a hostile domain reaches nothing that it was not granted", GrantEnforcementChecks.OnlyGrantedPagesAreReached),
        .. OverBothVersions("grants/growth: every reference of every frame works", GrantVersionChecks.EveryFrameWorks),
        new("grants/R7: a page is not mapped and revoked, in every interleaving (v2)", CheckMode.Exhaustive, GrantRaceChecks.RevokedIsNotMapped),
        new("grants/R7: a missing fence is found (v2)", CheckMode.Exhaustive, GrantRaceChecks.AMissingFenceIsFound),
        new("grants/version: by memory, by wish, by what Xen offers", CheckMode.Exhaustive, GrantVersionChecks.VersionIsDetected),
        new("grants/version: the toolstack's entries outlive a change", CheckMode.Seeded, GrantVersionChecks.ToolstackEntriesStay),
        new("grants/version: a part of a page is a part of a page", CheckMode.Seeded, GrantVersionChecks.PartsAreEnforced),
    ];

    private static Check[] OverBothVersions(string name, Action<IChoice, GrantTableVersion> body) =>
    [
        new($"{name} (v1)", CheckMode.Seeded, choice => body(choice, GrantTableVersion.V1)),
        new($"{name} (v2)", CheckMode.Seeded, choice => body(choice, GrantTableVersion.V2)),
    ];
}
