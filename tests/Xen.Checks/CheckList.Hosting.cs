using Xen.Checks.Hosting;

namespace Xen.Checks;

public static partial class CheckList
{
    private static Check[] Hosting =>
    [
        new("hosting/exit: every guest that is asked to end does, in time and by the rule", CheckMode.Seeded, ExitChecks.EveryGuestEnds),
    ];
}
