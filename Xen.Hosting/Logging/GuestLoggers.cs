using Microsoft.Extensions.Logging;

namespace Xen.Hosting;

/// <summary>The loggers of one run: the program's own, or the console's, which are this run's to flush.</summary>
internal sealed class GuestLoggers : IDisposable
{
    private readonly GuestLoggerFactory? _own;

    public GuestLoggers(GuestSettings settings, Func<TimeSpan> uptime)
    {
        _own = settings.LoggerFactory is null ? new GuestLoggerFactory(Console.Error, uptime, settings.LogThresholds) : null;
        Factory = settings.LoggerFactory ?? _own!;
    }

    public ILoggerFactory Factory { get; }

    public void Dispose() => _own?.Dispose();
}
