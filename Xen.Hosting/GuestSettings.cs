using Microsoft.Extensions.Logging;

namespace Xen.Hosting;

/// <summary>How a guest is run. The command line's host options override it.</summary>
public sealed record GuestSettings
{
    /// <summary>Which host: <c>simulation</c> (the default) or <c>linux</c>; <see langword="null"/> lets <c>XENSTACK_HOST</c> decide. Never guessed.</summary>
    public string? Host { get; init; }

    /// <summary>What the program's own words mean, one a line: printed with the host's options at <c>--help</c> in a bare-metal image.</summary>
    public string? OptionsHelp { get; init; }

    /// <summary>The program's name, which then begins what is said when no guest can be started; <see langword="null"/> for none.</summary>
    public string? ProgramName { get; init; }

    /// <summary>How long all exit hooks together may take, and then all closing devices together. Default 5 s each.</summary>
    public TimeSpan ExitDeadline { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long the main task may go on after the toolstack asked the guest to end (<see cref="Guest.ShutdownRequested"/>). Then the guest ends
    /// without it. Default 10 s. A main task that never awaits holds its own run queue: nothing is heard, and only <c>xl destroy</c> ends it.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or more than a day: no main task keeps a guest for ever.</exception>
    public TimeSpan ShutdownGrace
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromDays(1));
            field = value;
        }
    }
    = TimeSpan.FromSeconds(10);

    /// <summary>Which log lines are written to the console.</summary>
    public LogThresholds LogThresholds { get; init; } = LogThresholds.Default;

    /// <summary>Loggers of the program's own instead of the console's.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>Where the guest's log and the report of its crash go.</summary>
    internal TextWriter Console { get; init; } = System.Console.Error;

    /// <summary>What the guest finds when it runs in the simulation. Looked at by no other host.</summary>
    // Made when it is asked for: a bare-metal image, which does not ask, then has none of it.
    public SimulatedWorld World { get => field ??= new(); init; }
}
