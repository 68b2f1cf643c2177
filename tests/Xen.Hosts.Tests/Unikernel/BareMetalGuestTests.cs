using System.Text.RegularExpressions;
using Xen.Hosts.Tests.Aot;

namespace Xen.Hosts.Tests.Unikernel;

/// <summary>A guest with nothing below it: .NET's base library holds, and each protection ends who violates it, with a dump that says why.</summary>
public partial class BareMetalGuestTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    /// <summary>What must be said for each violation.</summary>
    public static TheoryData<string, string> Violations() => new()
    {
        { "write-code", "Access Violation" },
        { "jump-data", "PANIC: page fault: jump to [0-9a-f]+, forbidden by its page" },
        { "jump-stack", "PANIC: page fault: jump to [0-9a-f]+, forbidden by its page" },
        { "jump-window", "PANIC: page fault: jump to [0-9a-f]+, forbidden by its page" },
        { "null-page", "PANIC: null pointer: write to 8" },
        { "null-call", "PANIC: null pointer: jump to 0" },
        { "stack-overflow", "PANIC: stack overflow of thread 1: write to" },
        { "stack-overflow-thread", "PANIC: stack overflow of thread [2-9]: write to" },
        { "stack-overflow-large", "PANIC: stack overflow of thread 1: write to" },
        { "stack-overflow-trap", "PANIC: stack overflow in the layer: write to [0-9a-f]+" },
        { "stack-without-memory", "PANIC: stack overflow of thread [2-9]: out of memory, no page for [0-9a-f]+" },
        { "stack-smash", "PANIC: stack smashed: a function's guard word was overwritten" },
        { "heap-overflow", "PANIC: breakpoint: a check of the C library or the runtime failed" },
        // musl forgets where the block belongs, and follows that to nowhere.
        { "heap-freed-twice", "PANIC: (breakpoint|null pointer): " },
        { "page-after-free", "PANIC: page pool: a free page at [0-9a-f]+ was written to" },
        { "page-freed-twice", "PANIC: page pool: [0-9a-f]+ was given back, which is free already" },
        { "page-freed-twice-joined", "PANIC: page pool: [0-9a-f]+ was given back, which is free already" },
        { "map-writable-executable", "the mapping was refused, as it must be" },
    };

    [QemuFact]
    public void The_base_library_holds()
    {
        ProgramRun run = Boot(64, "checks");
        Assert.True(run.ExitCode == Machine.PoweredOff, run.Text);
        Assert.Contains(run.Lines, line => EveryCheck().IsMatch(line));
        // Of the layer only what it always says: no system call that is not there, no line of a panic.
        Assert.All(run.Lines.Where(line => line.StartsWith("layer:", StringComparison.Ordinal)), line => Assert.Contains("PVH but not Xen", line));
    }

    [QemuFact]
    public void The_base_library_holds_without_preemption_where_nobody_spins()
    {
        ProgramRun run = Boot(64, "--cooperative", "checks", "exception-deep", "memory-churn", "threads-32", "threads-monitor", "async-pipe", "time-timers");
        Assert.Contains(run.Lines, line => line == "CHECKS 6 passed, 0 failed");
    }

    [QemuTheory]
    [MemberData(nameof(Violations))]
    public void A_violation_ends_the_guest(string name, string expected)
    {
        ProgramRun run = Boot(64, "violate", name);
        Assert.Contains(run.Lines, line => Regex.IsMatch(line, expected));
        Assert.DoesNotContain(run.Lines, line => line.EndsWith("had no consequence", StringComparison.Ordinal));
        Assert.Contains(run.Lines, line => line.StartsWith("layer: PANIC: ", StringComparison.Ordinal));
        Assert.True(run.ExitCode == Machine.Crashed, run.Text);
    }

    [QemuTheory]
    [InlineData("stack-overflow")]
    [InlineData("stack-overflow-large")]
    [InlineData("null-page")]
    public void A_dump_lists_the_calls(string name)
    {
        ProgramRun run = Boot(64, "violate", name);
        Assert.Contains(run.Lines, line => ReturnAddress().IsMatch(line));
    }

    [QemuFact]
    public void An_exception_that_nobody_catches_is_said_in_full_and_crashes_the_guest()
    {
        ProgramRun run = Boot(32, "crash");
        Assert.Contains(run.Lines, line => line.Contains("System.InvalidOperationException: nobody catches this", StringComparison.Ordinal));
        Assert.Contains(run.Lines, line => line.Contains("at Program.", StringComparison.Ordinal));
        Assert.Contains(run.Lines, line => line.Contains("PANIC: the program aborted", StringComparison.Ordinal));
        Assert.Equal(Machine.Crashed, run.ExitCode);
    }

    [QemuFact]
    public void A_system_call_that_is_not_there_is_one_line()
    {
        ProgramRun run = Boot(32, "unknown-calls");
        // One for all numbers that are higher than any of Linux.
        string[] expected = ["500", "511", "512"];
        Assert.Equal(
            expected.Select(number => $"layer: system call {number} is not supported: ENOSYS"),
            run.Lines.Where(line => line.Contains("is not supported", StringComparison.Ordinal)));
        Assert.Equal(8, run.Lines.Count(line => line.EndsWith(": -1, error 38", StringComparison.Ordinal)));
        Assert.Equal(Machine.PoweredOff, run.ExitCode);
    }

    [QemuFact]
    public void The_stacks_own_checks_hold_in_it()
    {
        ProgramRun run = Boot(512, "xen-checks", "1", "1", "ring", "clock", "platform");
        Assert.Contains(run.Lines, line => EveryCheck().IsMatch(line));
        Assert.Equal(Machine.PoweredOff, run.ExitCode);
    }

    [QemuFact]
    public void A_guest_of_16_mebibytes_is_large_enough()
    {
        ProgramRun run = Boot(16, "checks", "exception-null", "memory-out", "threads-pool", "async-channel");
        Assert.Contains(run.Lines, line => line == "CHECKS 4 passed, 0 failed");
    }

    [QemuFact]
    public void Memory_beyond_4_gibibytes_is_used_by_the_heap_too()
    {
        ProgramRun run = Boot(6144, "checks", "memory-beyond-4-gibibytes", "memory-large-heap", "memory-churn");
        Assert.Contains(run.Lines, line => line == "CHECKS 3 passed, 0 failed");
    }

    [GeneratedRegex("^CHECKS [1-9][0-9]* passed, 0 failed$")]
    private static partial Regex EveryCheck();

    [GeneratedRegex("^layer:   [0-9a-f]{16}$")]
    private static partial Regex ReturnAddress();

    private static ProgramRun Boot(int memoryMebibytes, params string[] words) =>
        Machine.Boot(AotImage.UnikernelGuest.Native, memoryMebibytes, Limit, words);
}
