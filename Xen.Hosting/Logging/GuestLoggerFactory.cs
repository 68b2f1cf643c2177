using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Xen.Hosting;

/// <summary>Loggers that write one line an event to a text writer: time since the guest's start, level, category, message.</summary>
/// <param name="writer">Where to: the process's error stream, or the guest's console.</param>
/// <param name="uptime">How long the guest has been up, in its own time, so that a simulation's log is the same each time.</param>
/// <param name="thresholds">What is written.</param>
public sealed class GuestLoggerFactory(TextWriter writer, Func<TimeSpan> uptime, LogThresholds thresholds) : ILoggerFactory
{
    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName, thresholds.For(categoryName));

    /// <summary>Not supported: a guest has one console.</summary>
    /// <param name="provider">Ignored.</param>
    /// <exception cref="NotSupportedException">Always.</exception>
    public void AddProvider(ILoggerProvider provider) =>
        throw new NotSupportedException("A guest's log goes to its console. Give GuestSettings.LoggerFactory a factory of your own instead.");

    /// <inheritdoc />
    public void Dispose() => writer.Flush();

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info ",
        LogLevel.Warning => "warn ",
        LogLevel.Error => "error",
        _ => "crit ",
    };

    private sealed class Logger(GuestLoggerFactory factory, string category, LogLevel threshold) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= threshold && logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            factory.Write(logLevel, category, formatter(state, exception), exception);
        }
    }

    private void Write(LogLevel level, string category, string message, Exception? exception)
    {
        double seconds = uptime().TotalSeconds;
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{seconds,10:F6}] {Name(level)} {category}: {message}"));
        if (exception is not null)
        {
            writer.WriteLine(exception);
        }
    }
}
