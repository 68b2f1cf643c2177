using Xen.Checks.Boot;

namespace Xen.Checks;

public static partial class CheckList
{
    private static Check[] Platform =>
    [
        new("platform: a start info is read as it was written", CheckMode.Seeded, StartInfoChecks.WrittenIsRead),
        new("platform: a hostile start info is refused by name, and nothing beside memory is asked for", CheckMode.Seeded, StartInfoChecks.HostileIsRefused),
        new("platform: a simulated domain is told what it has", CheckMode.Seeded, StartInfoChecks.DomainsAreTold),
        new("platform: the memory map is that of a model, page by page", CheckMode.Seeded, MemoryMapChecks.AgreesWithModel),
        new("platform: the memory map holds at the ends of the address space", CheckMode.Seeded, MemoryMapChecks.EdgesHold),
        new("platform: notes of an image are read, damaged ones refused by name", CheckMode.Seeded, ElfNoteChecks.NotesAreRead),
        new("platform: Xen is found, or is not there", CheckMode.Seeded, CpuidChecks.XenIsFound),
        new("platform: the command line comes apart as it was put together", CheckMode.Seeded, BootArgumentChecks.RoundTrip),
        new("platform: any command line is taken or refused by name", CheckMode.Seeded, BootArgumentChecks.AnyLineEnds),
        new("clock R18: nanoseconds are those of a model without bounds", CheckMode.Seeded, ClockChecks.AgreesWithModel),
        new("clock R18: time never goes back, whatever is written and counted", CheckMode.Seeded, ClockChecks.NeverGoesBack),
        new("clock: a record that changes is not mixed", CheckMode.Seeded, ClockChecks.RecordsAreNotMixed),
        new("clock: a record that never ends does not hang", CheckMode.Seeded, ClockChecks.EndlessWritersEnd),
        new("clock: the wall clock is read anew", CheckMode.Seeded, ClockChecks.WallClockIsReadAnew),
        new("clock: a simulated domain's clock is the simulation's", CheckMode.Seeded, ClockChecks.SimulatedClocksAgree),
        new("clock: timers fire in order, once, not early", CheckMode.Seeded, TimerChecks.AgreesWithModel),
    ];
}
