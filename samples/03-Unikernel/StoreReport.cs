using Xen.Hosting;
using Xen.Store;

namespace Unikernel;

/// <summary>What the toolstack wrote about this guest into xenstore.</summary>
internal static class StoreReport
{
    // Relative to the guest's home, /local/domain/N.
    private static readonly string[] Keys = ["vm", "memory/target", "cpu/0/availability"];

    public static async Task RunAsync(Guest guest)
    {
        Console.WriteLine($"guest    {guest.Id} '{await guest.Store.ReadTextAsync("name")}' on the {guest.HostName} host");
        Console.WriteLine($"events   {(guest.Events.Priority is null ? "two levels" : "FIFO queues")}");
        foreach (string key in Keys)
        {
            if (await guest.Store.TryReadTextAsync(key) is { Length: > 0 } value)
            {
                Console.WriteLine($"store    {key} = {value}");
            }
        }

        foreach (string type in new[] { "vbd", "vif" })
        {
            foreach (XenDevice device in await guest.Devices.ListAsync(type))
            {
                Console.WriteLine($"device   {device.Path} served by {device.BackendPath}");
            }
        }
    }
}
