using System.Globalization;

namespace Xen.Store;

/// <summary>A disk, as a toolstack describes it (xen-protocols 1.12).</summary>
public sealed record BlockDeviceConfiguration() : DeviceConfiguration("vbd")
{
    /// <summary>The device's number: 51712 is <c>xvda</c>, see <see cref="DiskName"/>.</summary>
    public required uint VirtualDevice { get; init; }

    /// <summary>What is served: a path of a file or block device where the back end runs.</summary>
    public required string Params { get; init; }

    /// <summary>True: the guest cannot write.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>For Linux's back end: the number of the block device, hexadecimal <c>major:minor</c>.</summary>
    public string? PhysicalDevice { get; init; }

    /// <summary><c>disk</c> or <c>cdrom</c>.</summary>
    public string DeviceType { get; init; } = "disk";

    internal override uint Id => VirtualDevice;

    internal override void AddKeys(List<KeyValuePair<string, string>> frontend, List<KeyValuePair<string, string>> backend)
    {
        string number = VirtualDevice.ToString(CultureInfo.InvariantCulture);
        frontend.AddRange([Key("virtual-device", number), Key("device-type", DeviceType)]);
        backend.AddRange(
        [
            Key("params", Params),
            Key("type", PhysicalDevice is null ? "file" : "phy"),
            Key("mode", IsReadOnly ? "r" : "w"),
            Key("device-type", DeviceType),
            // Linux's back end refuses a device without it.
            Key("dev", DiskName.TryFormat(VirtualDevice, out string? name) ? name : number),
            Key("removable", "0"),
            Key("bootable", "1"),
            Key("discard-enable", "1"),
        ]);
        if (PhysicalDevice is not null)
        {
            backend.Add(Key("physical-device", PhysicalDevice));
        }
    }
}
