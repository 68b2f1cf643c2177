using System.Text;
using Xen.Devices;
using Xen.Simulation;
using Xen.Store;

namespace Xen.Hosting;

/// <summary>The console of a guest in the simulation: shown to whoever looks, with the guest's log in it then.</summary>
internal sealed class SimulatedGuestConsole : IGuestConsole
{
    private readonly SimulatedDomain _guest;
    private readonly PipeLogWriter? _log;

    private SimulatedGuestConsole(SimulatedDomain guest, XenbusPorts ports, PipeLogWriter? log)
    {
        _guest = guest;
        Ports = ports;
        _log = log;
    }

    /// <summary>What the guest's drivers share, with the loggers that are right for them.</summary>
    public XenbusPorts Ports { get; }

    public IConsole Open() => _guest.Console;

    public static SimulatedGuestConsole Connect(SimulatedDomain guest, GuestSettings settings, GuestLoggers loggers)
    {
        if (settings.World.Console is not { } screen)
        {
            return new SimulatedGuestConsole(guest, guest.Ports, null);
        }

        // A character may come in two pieces.
        Decoder decoder = Encoding.UTF8.GetDecoder();
        guest.ConsoleLog.Received = bytes =>
        {
            char[] text = new char[decoder.GetCharCount(bytes.Span, flush: false)];
            screen.Write(text, 0, decoder.GetChars(bytes.Span, text, flush: false));
        };
        if (settings.LoggerFactory is not null)
        {
            return new SimulatedGuestConsole(guest, guest.Ports, null);
        }

        var log = new PipeLogWriter(guest.Console.Output, guest.Scheduler);
        var factory = new GuestLoggerFactory(log, loggers.Uptime, settings.LogThresholds);
        return new SimulatedGuestConsole(guest, guest.Ports with { LoggerFactory = factory }, log);
    }

    /// <summary>Waits until the log is on the screen, within a deadline, and gives the console back.</summary>
    public async Task CloseAsync(TimeSpan deadline)
    {
        TimeProvider time = _guest.Scheduler.TimeProvider;
        long start = time.GetTimestamp();
        if (_log is not null)
        {
            using var expired = new CancellationTokenSource(deadline, time);
            try
            {
                await _log.DrainAsync(expired.Token);
            }
            catch (OperationCanceledException)
            {
                // The console takes nothing: what is left is lost, as it is on a real one.
            }
        }

        TimeSpan left = deadline - time.GetElapsedTime(start);
        await _guest.Console.DrainAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        await _guest.Console.DisposeAsync();
    }
}
