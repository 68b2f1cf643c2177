using Xen.Hosting;
using Xen.Store;

namespace FirstGuest;

/// <summary>Reads what the toolstack wrote about this guest into xenstore.</summary>
internal static class StoreTour
{
    public static async Task RunAsync(Guest guest)
    {
        Console.WriteLine($"guest    {guest.Id} '{await guest.Store.ReadTextAsync("name")}' on the {guest.HostName} host");
        foreach (string type in new[] { "vbd", "vif" })
        {
            foreach (XenDevice device in await guest.Devices.ListAsync(type))
            {
                Console.WriteLine($"device   {device.Path} served by {device.BackendPath}");
            }
        }
    }
}
