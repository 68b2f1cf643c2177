using Microsoft.Extensions.Logging;
using Xen.Hosting;
using Xen.Platform;
using Xen.Store;

namespace Xen.Hosts.Tests.Hosting;

/// <summary>
/// What runs in a process of its own: a guest of the Linux host whose ports lead nowhere, as its exit is all that is looked at. What happens
/// is printed, a word a line.
/// </summary>
internal static class ChildGuest
{
    private static Task<int> Main(string[] args) => XenGuest.RunAsync(
        [],
        Program(args[0]),
        new GuestSettings { Host = "linux", ExitDeadline = TimeSpan.FromSeconds(2) },
        [args[0] == "missing" ? new LinuxHost(Missing) : new LinuxHost(Open)]);

    private static Func<Guest, Task> Program(string verb) => async guest =>
    {
        guest.Own(new OwnedResource(() => Say("close")));
        guest.Hooks.OnExit(_ => Say("hook"));
        await Task.Yield();
        switch (verb)
        {
            case "reboot":
                guest.Exit = GuestExit.Reboot();
                break;
            case "fault":
                throw new InvalidDataException("the main task's fault");
            case "unread":
                throw new InvalidDataException(new string('x', 4 << 20));
            case "unhandled":
                guest.Scheduler.Schedule(_ => throw new InvalidDataException("nobody's fault"), null);
                await Task.Delay(TimeSpan.FromSeconds(5), guest.TimeProvider);
                break;
            default:
                guest.Exit = GuestExit.PowerOff(int.Parse(verb, System.Globalization.CultureInfo.InvariantCulture));
                break;
        }
    };

    private static void Open(ILoggerFactory loggerFactory, Func<GuestPorts, Task> life)
    {
        var queue = new GuestRunQueue(TimeProvider.System);
        var ports = new XenbusPorts(null!, null!, null!, queue, loggerFactory);
        queue.Run(() => life(new GuestPorts(new DomainId(7), ports, static (_, _) => default)));
    }

    private static void Missing(ILoggerFactory loggerFactory, Func<GuestPorts, Task> life) =>
        throw new XenException(XenErrno.ENOENT, "open /dev/xen/evtchn", "load its module: modprobe xen-evtchn");

    private static ValueTask Say(string word)
    {
        System.Console.WriteLine(word);
        return default;
    }
}
