using Unikernel;
using Xen.Hosting;

// A guest that serves: it answers on its interfaces, works on its disks, takes what comes and lets go of what leaves, until the toolstack asks
// it to stop. Published it is an image that Xen boots; "dotnet run" is the same program in the simulation, where a visitor tries it out.
var settings = new GuestSettings
{
    ProgramName = "unikernel",
    OptionsHelp = Options.Help,
    LogThresholds = LogThresholds.TryParse("*:warning,Unikernel:info", out _)!,
};
if (!XenGuest.IsBareMetal)
{
    settings = settings with { World = SimulatedVisit.World };
}

return await XenGuest.RunAsync(args, Services.RunAsync, settings);
