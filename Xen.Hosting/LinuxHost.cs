using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Xen.Linux;
using Xen.Platform;

namespace Xen.Hosting;

/// <summary>
/// A Linux process as guest: user-mode drivers over <c>/dev/xen</c>. Its exit ends the process, never the domain: 0 or the program's own code,
/// 75 for a reboot, abort for a crash.
/// </summary>
/// <param name="openAsync">Opens the guest's ports, runs its life on the calling thread, closes them.</param>
internal sealed partial class LinuxHost(Action<ILoggerFactory, Func<GuestPorts, Task>> openAsync) : IGuestHost
{
    public LinuxHost()
        : this(RunOnDevices)
    {
    }

    public string Name => "linux";

    public int Run(GuestSettings settings, Func<GuestPorts, Task<GuestExit>> body)
    {
#pragma warning disable RS0030 // A Linux process's time is the system's.
        TimeProvider clock = TimeProvider.System;
#pragma warning restore RS0030
        long start = clock.GetTimestamp();
        var loggers = new GuestLoggers(settings, () => clock.GetElapsedTime(start));
        GuestExit exit = GuestExit.PowerOff();
        bool isUp = false;
        try
        {
            openAsync(loggers.Factory, async ports =>
            {
                isUp = true;
                exit = await body(ports);
            });
        }
        catch (XenException exception) when (!isUp)
        {
            throw new GuestStartException(exception.Message, exception);
        }
        catch (Exception exception) when (Abort(loggers, Log.Unhandled, exception))
        {
            // Never here: the filter ends the process where the exception was thrown, before anything below is unwound.
        }

        if (exit.Exception is { } fault)
        {
            Abort(loggers, Log.MainFailed, fault);
        }

        loggers.Drain(settings.ExitDeadline);
        return exit.Code;
    }

    private static void RunOnDevices(ILoggerFactory loggerFactory, Func<GuestPorts, Task> life) => LinuxGuest.Run(
        guest => life(new GuestPorts(
            guest.DomainId, guest.Ports, async (path, cancellationToken) => await guest.ReadFrontendAsync(path, cancellationToken))),
        new LinuxGuestOptions { LoggerFactory = loggerFactory });

    // Not FailFast: that writes to the error stream once more, without a bound.
    private static bool Abort(GuestLoggers loggers, Action<ILogger, Exception> report, Exception exception)
    {
        loggers.Crash(report, exception);
        AbortProcess();
        return true;
    }

    [LibraryImport("libc", EntryPoint = "abort")]
    private static partial void AbortProcess();
}
