using Microsoft.Extensions.Logging;

namespace Xen.Hosting;

/// <summary>The loggers of one run: the program's own, or the console's, which are this run's to drain.</summary>
internal sealed class GuestLoggers
{
    /// <summary>How long a crash waits for the console.</summary>
    public static readonly TimeSpan CrashDrain = TimeSpan.FromSeconds(1);

    private readonly TextWriter _console;
    private readonly TextWriter _crashConsole;
    private readonly ILogger _logger;
    private TimeSpan? _crashedAt;

    /// <param name="settings">Levels, and the program's own loggers.</param>
    /// <param name="console">The host's console; <see langword="null"/> for the process's error stream.</param>
    /// <param name="crashConsole">Where a crash is reported; <see langword="null"/> for where everything else goes.</param>
    /// <param name="uptime">How long the guest has been up.</param>
    public GuestLoggers(GuestSettings settings, TextWriter? console, TextWriter? crashConsole, Func<TimeSpan> uptime)
    {
        Uptime = () => _crashedAt ?? uptime();
        _console = console ?? settings.Console;
        _crashConsole = crashConsole ?? _console;
        Factory = settings.LoggerFactory ?? new GuestLoggerFactory(_console, Uptime, settings.LogThresholds);
        _logger = Factory.CreateLogger("Xen.Hosting");
    }

    public ILoggerFactory Factory { get; }

    public Func<TimeSpan> Uptime { get; }

    /// <summary>Waits until the console has taken what was written.</summary>
    /// <returns>False when it did not within the limit.</returns>
    public bool Drain(TimeSpan limit) => Bounded(_console.Flush, limit);

    /// <summary>Reports what crashed the guest, once, and drains for at most <see cref="CrashDrain"/>. Thresholds do not silence it.</summary>
    public void Crash(Action<ILogger, Exception> report, Exception exception)
    {
        if (_crashedAt is not null)
        {
            return;
        }

        _crashedAt = Uptime();
        bool hasOwnConsole = _crashConsole != _console;
        ILogger logger = _logger.IsEnabled(LogLevel.Critical) && !hasOwnConsole
            ? _logger
            : new GuestLoggerFactory(_crashConsole, Uptime, LogThresholds.Default).CreateLogger("Xen.Hosting");
        Bounded(
            () =>
            {
                report(logger, exception);
                _crashConsole.Flush();
            },
            CrashDrain);
    }

    // On a thread of its own: a console whose reader has stopped blocks its writer for ever.
    private static bool Bounded(Action write, TimeSpan limit)
    {
        var thread = new Thread(() => write()) { IsBackground = true, Name = "console drain" };
        thread.Start();
        return thread.Join(limit);
    }
}
