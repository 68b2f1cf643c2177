using Xen.AotBareMetal;
using Xen.Hosting;

// As a program that also runs in the simulation: it describes its world, which this image must not contain.
XenGuest.Register(new BareHost());
XenGuest.Register(new BareHost());
var settings = new GuestSettings
{
    OptionsHelp = "  words           printed",
    World = new SimulatedWorld
    {
        Disks = [new SimulatedDisk()],
        Interfaces = [new SimulatedInterface()],
        Finished = static report => Console.WriteLine(report.Duration),
    },
};
return await XenGuest.RunAsync(args, MainAsync, settings);

static async Task MainAsync(Guest guest)
{
    await Task.Yield();
    Console.WriteLine($"{guest.HostName}: {string.Join(' ', guest.Arguments)}");
    switch (guest.Arguments is [var verb, ..] ? verb : "")
    {
        case "reboot":
            guest.Exit = GuestExit.Reboot();
            break;
        case "fault":
            throw new InvalidDataException("the main task's fault");
        case "devices":
            // Never reached with these ports; it keeps in the image what a real guest has in it.
            await guest.OpenBlockAsync("xvda");
            await guest.OpenNetworkAsync("0");
            break;
        case "unhandled":
            guest.Scheduler.Schedule(_ => throw new InvalidDataException("nobody's fault"), null);
            await Task.Delay(TimeSpan.FromSeconds(5), guest.TimeProvider);
            break;
        default:
            break;
    }
}
