using Microsoft.Extensions.Logging;

namespace Xen.Hosting;

/// <summary>How a guest is run. The command line's host options override it.</summary>
public sealed record GuestSettings
{
    /// <summary>Which host: <c>simulation</c> (the default) or <c>linux</c>; <see langword="null"/> lets <c>XENSTACK_HOST</c> decide. Never guessed.</summary>
    public string? Host { get; init; }

    /// <summary>The program's name, which then begins what is said when no guest can be started; <see langword="null"/> for none.</summary>
    public string? ProgramName { get; init; }

    /// <summary>How long all exit hooks together may take, and then all closing devices together. Default 5 s each.</summary>
    public TimeSpan ExitDeadline { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Which log lines are written to the console.</summary>
    public LogThresholds LogThresholds { get; init; } = LogThresholds.Default;

    /// <summary>Loggers of the program's own instead of the console's.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>Where the guest's log and the report of its crash go.</summary>
    internal TextWriter Console { get; init; } = System.Console.Error;

    /// <summary>What the guest finds when it runs in the simulation.</summary>
    public SimulatedWorld World { get; init; } = new();
}
