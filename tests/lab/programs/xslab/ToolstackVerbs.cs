using Xen.Linux;
using Xen.Store;

namespace Xen.Lab;

/// <summary>What <c>xl</c> does for a guest, done by the product's toolstack for devices whose both ends are in this domain.</summary>
internal static class ToolstackVerbs
{
    // A hotplug script would write it once it has set the device up; nobody runs one here.
    private static readonly KeyValuePair<string, string>[] Connected = [new("hotplug-status", "connected")];

    private static readonly TimeSpan RemovalLimit = TimeSpan.FromSeconds(10);

    /// <summary>Adds a disk on the kernel's blkback. Returns the front end's path.</summary>
    /// <param name="guest">This domain.</param>
    /// <param name="number">The virtual device: 51712 is xvda.</param>
    /// <param name="device">The block device.</param>
    /// <param name="physicalDevice">Its number: hexadecimal <c>major:minor</c>.</param>
    /// <param name="mode"><c>r</c> or <c>w</c>.</param>
    /// <param name="type">The front end's folder below <c>device/</c>: <c>vbd</c> is where the kernel's own front end, when it is loaded, would take it.</param>
    internal static Task<string> AddDiskAsync(LinuxGuest guest, uint number, string device, string physicalDevice, string mode, string type) => AddAsync(
        guest,
        new BlockDeviceConfiguration
        {
            Guest = guest.DomainId,
            Backend = guest.DomainId,
            FrontendType = type,
            VirtualDevice = number,
            Params = device,
            PhysicalDevice = physicalDevice,
            IsReadOnly = mode == "r",
            BackendKeys = Connected,
        });

    /// <summary>Adds a network interface on the kernel's netback. Returns the front end's path.</summary>
    /// <param name="guest">This domain.</param>
    /// <param name="handle">Its number: the kernel's side is <c>vif0.N</c>.</param>
    /// <param name="mac">The front end's hardware address.</param>
    /// <param name="mtu">Bytes of a packet's payload.</param>
    /// <param name="type">The front end's folder below <c>device/</c>: <c>vif</c> is where the kernel's own front end, when it is loaded, would take it.</param>
    internal static Task<string> AddInterfaceAsync(LinuxGuest guest, uint handle, string mac, int mtu, string type) => AddAsync(
        guest,
        new NetworkDeviceConfiguration
        {
            Guest = guest.DomainId,
            Backend = guest.DomainId,
            FrontendType = type,
            Handle = handle,
            Mac = mac,
            Mtu = mtu,
            // Linux's netback refuses a device without it.
            Script = "/etc/xen/scripts/vif-bridge",
            BackendKeys = Connected,
        });

    /// <summary>Takes a device away in good order.</summary>
    internal static async Task<string> RemoveAsync(LinuxGuest guest, string path)
    {
        DevicePaths paths = await PathsAsync(guest, path);
        Lab.Expect(await Toolstack(guest).RemoveAsync(paths, RemovalLimit), $"{paths.Backend} to close within {RemovalLimit.TotalSeconds} s");
        return $"{path} is removed";
    }

    /// <summary>Takes a device away without asking.</summary>
    internal static async Task<string> DestroyAsync(LinuxGuest guest, string path)
    {
        await Toolstack(guest).DestroyAsync(await PathsAsync(guest, path));
        return $"{path} is destroyed";
    }

    private static async Task<DevicePaths> PathsAsync(LinuxGuest guest, string path) =>
        new(path, await guest.Store.ReadTextAsync(StorePath.Combine(path, "backend")));

    private static async Task<string> AddAsync(LinuxGuest guest, DeviceConfiguration configuration) =>
        (await Toolstack(guest).AddAsync(configuration)).Frontend;

    private static DeviceToolstack Toolstack(LinuxGuest guest) => new(guest.Store, guest.Scheduler.TimeProvider);
}
