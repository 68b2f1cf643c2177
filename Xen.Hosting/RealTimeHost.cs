using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Xen.Platform;

namespace Xen.Hosting;

/// <summary>
/// A host whose guest is this program, in real time, and whose end is the program's: a Linux process, or a bare-metal image. It brings every
/// way in which a guest ends to <see cref="Leave"/> or <see cref="Crash"/>.
/// </summary>
/// <param name="clock">The time that the log counts in.</param>
public abstract class RealTimeHost(TimeProvider clock) : IGuestHost
{
    /// <inheritdoc />
    public abstract string Name { get; }

    /// <inheritdoc />
    public virtual string OptionsHelp => XenGuest.OptionsHelp;

    /// <summary>
    /// Where the log goes; <see langword="null"/> for the process's error stream. The guest's own thread writes to it, so it never waits for
    /// something that this thread would have to do: a console whose driver runs on the guest's queue needs a <see cref="PipeLogWriter"/>.
    /// </summary>
    protected virtual TextWriter? LogWriter => null;

    /// <summary>
    /// Where a crash is reported; <see langword="null"/> for <see cref="LogWriter"/>. Nothing of the guest runs any more then: a host whose
    /// log goes through a driver gives one that needs none.
    /// </summary>
    protected virtual TextWriter? CrashWriter => null;

    /// <inheritdoc />
    public virtual IReadOnlyList<string> ReadArguments(IReadOnlyList<string> args) => args;

    /// <inheritdoc />
    public int Run(GuestSettings settings, Func<GuestPorts, Task<GuestExit>> body)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(body);
        long start = clock.GetTimestamp();
        var loggers = new GuestLoggers(settings, LogWriter, CrashWriter, () => clock.GetElapsedTime(start));
        GuestExit exit = GuestExit.PowerOff();
        bool isUp = false;
        try
        {
            Open(loggers.Factory, async ports =>
            {
                isUp = true;
                exit = await body(ports);
                await DrainAsync(ports, settings.ExitDeadline);
            });
        }
        catch (XenException exception) when (!isUp)
        {
            throw new GuestStartException(exception.Message, exception);
        }
        catch (Exception exception) when (CrashWith(loggers, Log.Unhandled, exception))
        {
            // Never here: the filter ends the program where the exception was thrown, before anything below is unwound.
        }

        if (exit.Exception is { } fault)
        {
            CrashWith(loggers, Log.MainFailed, fault);
        }

        loggers.Drain(settings.ExitDeadline);
        return Leave(exit);
    }

    /// <summary>Opens the guest's ports, runs its life on the calling thread, and closes them.</summary>
    /// <param name="loggerFactory">Where the ports log.</param>
    /// <param name="life">The guest's life. What it throws goes through.</param>
    /// <exception cref="XenException">The ports cannot be opened; only before <paramref name="life"/> was called.</exception>
    protected abstract void Open(ILoggerFactory loggerFactory, Func<GuestPorts, Task> life);

    /// <summary>Waits on the live ports until a console that is driven through them has taken the log. Bounded. By default nothing.</summary>
    /// <param name="ports">The ports.</param>
    /// <param name="deadline">How long it may take.</param>
    protected virtual ValueTask DrainAsync(GuestPorts ports, TimeSpan deadline) => default;

    /// <summary>Carries out an orderly exit: powers off or reboots, or hands the code to the process.</summary>
    /// <param name="exit">Never a crash.</param>
    /// <returns>The exit code of the process, where there is one.</returns>
    protected abstract int Leave(GuestExit exit);

    /// <summary>Carries out a crash, which was reported: <c>SHUTDOWN_crash</c>, or the end of the process. Runs where the exception was thrown.</summary>
    [DoesNotReturn]
    protected abstract void Crash();

    /// <summary>Takes back a console that the guest drives, with what it has not written, before a crash is reported. Bounded. By default nothing.</summary>
    protected virtual void TakeConsoleBack()
    {
    }

    private bool CrashWith(GuestLoggers loggers, Action<ILogger, Exception> report, Exception exception)
    {
        TakeConsoleBack();
        loggers.Crash(report, exception);
        Crash();
        return true;
    }
}
