using Xen.Linux;

namespace Xen.Hosting;

/// <summary>
/// A Linux process as guest: user-mode drivers over <c>/dev/xen</c>. Its exit ends the process, never the domain: 0 or the program's own code,
/// 75 for a reboot, abort for a failed main task.
/// </summary>
internal sealed class LinuxHost : IGuestHost
{
    public string Name => "linux";

    public int Run(GuestSettings settings, Func<GuestPorts, Task<GuestExit>> body)
    {
        GuestExit exit = GuestExit.PowerOff();
#pragma warning disable RS0030 // A Linux process's time is the system's.
        TimeProvider clock = TimeProvider.System;
#pragma warning restore RS0030
        long start = clock.GetTimestamp();
        using var loggers = new GuestLoggers(settings, () => clock.GetElapsedTime(start));
        LinuxGuest.Run(
            async guest => exit = await body(new GuestPorts(
                guest.DomainId, guest.Ports, async (path, cancellationToken) => await guest.ReadFrontendAsync(path, cancellationToken))),
            new LinuxGuestOptions { LoggerFactory = loggers.Factory });
        if (exit.Exception is { } exception)
        {
            // As an unhandled exception of any process: message and stack on the error stream, then abort.
            Environment.FailFast("The guest's main task failed.", exception);
        }

        return exit.Code;
    }
}
