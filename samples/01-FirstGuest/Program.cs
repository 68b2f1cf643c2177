using FirstGuest;
using Xen.Hosting;

// A guest with one disk and one network interface. Without options it runs in the simulation; the disk is a real file.
string image = Path.Combine(Path.GetTempPath(), $"first-guest-{Environment.ProcessId}.img");
using (FileStream file = File.Create(image))
{
    file.SetLength(8 << 20);
}

try
{
    var settings = new GuestSettings
    {
        ProgramName = "first-guest",
        World = new SimulatedWorld
        {
            Name = "first-guest",
            Disks = [new SimulatedDisk { Name = "xvda", ImagePath = image }],
            Interfaces = [new SimulatedInterface()],
        },
    };
    return await XenGuest.RunAsync(args, async guest =>
    {
        if (guest.Arguments.Count > 0)
        {
            Usage.Refuse(guest);
            return;
        }

        await StoreTour.RunAsync(guest);
        await DiskTour.RunAsync(guest);
        await NetworkTour.RunAsync(guest);
        Console.WriteLine("done");
    }, settings);
}
finally
{
    File.Delete(image);
}
