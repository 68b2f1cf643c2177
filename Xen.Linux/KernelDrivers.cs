using Xen.Platform;

namespace Xen.Linux;

/// <summary>What the kernel's own drivers hold: two drivers on one device would destroy each other's rings.</summary>
public static class KernelDrivers
{
    private const string DefaultSysfs = "/sys";

    /// <summary>Refuses a device of this domain that a kernel driver has bound.</summary>
    /// <param name="frontendPath">The front end's path: <c>device/vbd/51712</c> or <c>/local/domain/7/device/vbd/51712</c>. Others have no kernel device.</param>
    /// <exception cref="XenException">A driver holds it (<see cref="XenErrno.EBUSY"/>); the message names the driver and how to unbind it.</exception>
    public static void ThrowIfHeld(string frontendPath) => ThrowIfHeld(frontendPath, DefaultSysfs);

    /// <summary>Lists the devices of this domain that kernel drivers hold, by path. Empty where there is no Xen.</summary>
    /// <param name="sysfs">Where the kernel shows its devices.</param>
    public static IReadOnlyList<HeldDevice> List(string sysfs = DefaultSysfs)
    {
        ArgumentNullException.ThrowIfNull(sysfs);
        string folder = $"{sysfs}/bus/xen/devices";
        string[] devices = Directory.Exists(folder) ? Directory.GetDirectories(folder) : [];
        var held = new List<HeldDevice>();
        foreach (string device in devices.Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal))
        {
            if (DriverOf(device, sysfs) is { } driver)
            {
                held.Add(new HeldDevice($"device/{device.Replace('-', '/')}", driver, Unbind(device, driver, sysfs)));
            }
        }

        return held;
    }

    internal static void ThrowIfHeld(string frontendPath, string sysfs)
    {
        ArgumentNullException.ThrowIfNull(frontendPath);
        if (DeviceName(frontendPath) is not { } device)
        {
            return;
        }

        if (DriverOf(device, sysfs) is { } driver)
        {
            throw new XenException(
                XenErrno.EBUSY, $"open {frontendPath}", $"the kernel's driver '{driver}' has it; take it away first: {Unbind(device, driver, sysfs)}");
        }
    }

    private static string? DriverOf(string device, string sysfs)
    {
        string link = $"{sysfs}/bus/xen/devices/{device}/driver";
        return Directory.Exists(link) ? Directory.ResolveLinkTarget(link, returnFinalTarget: true)?.Name : null;
    }

    private static string Unbind(string device, string driver, string sysfs) => $"echo {device} > {sysfs}/bus/xen/drivers/{driver}/unbind";

    // The kernel names device/vbd/51712 "vbd-51712", and looks below the domain's own device/ only.
    private static string? DeviceName(string frontendPath)
    {
        string[] parts = frontendPath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        ReadOnlySpan<string> relative = parts is ["local", "domain", _, ..] ? parts.AsSpan(3) : parts;
        return relative is ["device", var type, var id] ? $"{type}-{id}" : null;
    }
}
