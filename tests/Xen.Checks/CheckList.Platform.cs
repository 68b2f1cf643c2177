using Xen.Checks.Boot;

namespace Xen.Checks;

public static partial class CheckList
{
    private static Check[] Platform =>
    [
        new("platform: a start info is read as it was written", CheckMode.Seeded, StartInfoChecks.WrittenIsRead),
        new("platform: a hostile start info is refused by name, and nothing beside memory is asked for", CheckMode.Seeded, StartInfoChecks.HostileIsRefused),
        new("platform: each fault of a start info is refused by its name", CheckMode.Seeded, StartInfoFaultChecks.EachIsRefusedByName),
        new("platform: what a start info may have at most is taken", CheckMode.Seeded, StartInfoFaultChecks.LimitsAreTaken),
        new("platform: each version of a start info ends where it ends", CheckMode.Seeded, StartInfoFaultChecks.VersionsEndWhereTheyEnd),
        new("platform: a simulated domain is told what it has", CheckMode.Seeded, StartInfoChecks.DomainsAreTold),
        new("platform: the memory map is that of a model, page by page", CheckMode.Seeded, MemoryMapChecks.AgreesWithModel),
        new("platform: the memory map holds at the ends of the address space", CheckMode.Seeded, MemoryMapChecks.EdgesHold),
        new("platform: Xen is asked for a memory map when the start info has none", CheckMode.Seeded, MemoryMapChecks.XenIsAsked),
        new("platform: a memory map that Xen did not give is refused", CheckMode.Seeded, MemoryMapChecks.XenIsNotBelievedBlindly),
        new("platform: notes of an image are read, damaged ones refused by name", CheckMode.Seeded, ElfNoteChecks.NotesAreRead),
        new("platform: each fault of an image is refused by its name", CheckMode.Seeded, ElfNoteChecks.FaultsAreRefusedByName),
        new("platform: values of notes are taken or refused by name", CheckMode.Seeded, ElfNoteChecks.ValuesAreRefusedByName),
        new("platform: Xen's notes among others are read, the first of a type counts", CheckMode.Seeded, ElfNoteChecks.OnlyXensNotesCount),
        new("platform: an image has 1024 notes of Xen at most", CheckMode.Seeded, ElfNoteChecks.NotesHaveALimit),
        new("platform: Xen is found, or is not there", CheckMode.Seeded, CpuidChecks.XenIsFound),
        new("platform: what is nearly Xen is not Xen", CheckMode.Seeded, CpuidChecks.NearlyXenIsNotXen),
        new("platform: numbers that Xen gives count when they are there", CheckMode.Seeded, CpuidChecks.NumbersCountWhenTheyAreThere),
        new("platform: the command line comes apart as it was put together", CheckMode.Seeded, BootArgumentChecks.RoundTrip),
        new("platform: each fault of a command line is refused by its name", CheckMode.Seeded, BootArgumentChecks.FaultsAreRefusedByName),
        new("platform: what a command line may say at most, and what only looks like an option, is taken", CheckMode.Seeded, BootArgumentChecks.LimitsAreTaken),
        new("platform: any command line is taken or refused by name", CheckMode.Seeded, BootArgumentChecks.AnyLineEnds),
        new("platform: the run queue runs everything once, in order, turn by turn", CheckMode.Seeded, RunQueueChecks.EverythingRunsOnceInOrder),
        new("platform: the run queue ends with its main task, wherever that ends", CheckMode.Seeded, RunQueueChecks.MainEndsTheQueue),
        new("platform: misuse of the run queue is refused", CheckMode.Seeded, RunQueueChecks.MisuseIsRefused),
        new("platform: timers come to the run queue", CheckMode.Seeded, RunQueueChecks.TimersComeToTheQueue),
        new("platform: an observer sees whole turns of the run queue", CheckMode.Seeded, RunQueueChecks.ObserversSeeWholeTurns),
        new("platform: a wait ends once, for the first reason, and goes on in the queue", CheckMode.Seeded, WaitSourceChecks.FirstReasonWins),
        new("clock R18: nanoseconds are those of a model without bounds", CheckMode.Seeded, ClockChecks.AgreesWithModel),
        new("clock R18: time never goes back, whatever is written and counted", CheckMode.Seeded, ClockChecks.NeverGoesBack),
        new("clock: a record that changes is not mixed", CheckMode.Seeded, ClockChecks.RecordsAreNotMixed),
        new("clock: a record that never ends does not hang", CheckMode.Seeded, ClockChecks.EndlessWritersEnd),
        new("clock: the wall clock is read anew", CheckMode.Seeded, ClockChecks.WallClockIsReadAnew),
        new("clock: time goes on after a resume on any host", CheckMode.Seeded, ClockChecks.ResumesGoOn),
        new("clock: a simulated domain's clock is the simulation's", CheckMode.Seeded, ClockChecks.SimulatedClocksAgree),
        new("clock: timers fire in order, once, not early", CheckMode.Seeded, TimerChecks.AgreesWithModel),
        new("clock: callbacks change timers, and end with them", CheckMode.Seeded, TimerCallbackChecks.CallbacksChangeTimers),
        new("clock: a callback that is queued ends with its timer", CheckMode.Seeded, TimerCallbackChecks.QueuedCallbacksEndWithTheirTimer),
        new("clock: very many timers fire in order", CheckMode.Seeded, TimerCallbackChecks.ManyFireInOrder),
        new("clock: times beyond what nanoseconds can say are never", CheckMode.Seeded, TimerCallbackChecks.FarTimesAreNever),
    ];
}
