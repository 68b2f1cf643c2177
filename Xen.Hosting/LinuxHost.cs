using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Xen.Linux;

namespace Xen.Hosting;

#pragma warning disable RS0030 // A Linux process's time is the system's.
/// <summary>
/// A Linux process as guest: user-mode drivers over <c>/dev/xen</c>. Its exit ends the process, never the domain: 0 or the program's own code,
/// 75 for a reboot, abort for a crash. The kernel answers the toolstack.
/// </summary>
/// <param name="openAsync">Opens the guest's ports, runs its life on the calling thread, closes them.</param>
internal sealed partial class LinuxHost(Action<ILoggerFactory, Func<GuestPorts, Task>> openAsync) : RealTimeHost(TimeProvider.System)
#pragma warning restore RS0030
{
    public LinuxHost()
        : this(RunOnDevices)
    {
    }

    public override string Name => "linux";

    protected override void Open(ILoggerFactory loggerFactory, Func<GuestPorts, Task> life) => openAsync(loggerFactory, life);

    protected override int Leave(GuestExit exit) => exit.Code;

    // Not FailFast: that writes to the error stream once more, without a bound.
    [DoesNotReturn]
    protected override void Crash() => AbortProcess();

    private static void RunOnDevices(ILoggerFactory loggerFactory, Func<GuestPorts, Task> life) => LinuxGuest.Run(
        guest => life(new GuestPorts(
            guest.DomainId, guest.Ports, async (path, cancellationToken) => await guest.ReadFrontendAsync(path, cancellationToken))),
        new LinuxGuestOptions { LoggerFactory = loggerFactory });

    [DoesNotReturn]
    [LibraryImport("libc", EntryPoint = "abort")]
    private static partial void AbortProcess();
}
