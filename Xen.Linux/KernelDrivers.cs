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

    internal static void ThrowIfHeld(string frontendPath, string sysfs)
    {
        ArgumentNullException.ThrowIfNull(frontendPath);
        if (DeviceName(frontendPath) is not { } device)
        {
            return;
        }

        string link = $"{sysfs}/bus/xen/devices/{device}/driver";
        FileSystemInfo? target = Directory.Exists(link) ? Directory.ResolveLinkTarget(link, returnFinalTarget: true) : null;
        if (target is null)
        {
            return;
        }

        throw new XenException(
            XenErrno.EBUSY,
            $"open {frontendPath}",
            $"the kernel's driver '{target.Name}' has it; take it away first: echo {device} > {sysfs}/bus/xen/drivers/{target.Name}/unbind");
    }

    // The kernel names device/vbd/51712 "vbd-51712", and looks below the domain's own device/ only.
    private static string? DeviceName(string frontendPath)
    {
        string[] parts = frontendPath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        ReadOnlySpan<string> relative = parts is ["local", "domain", _, ..] ? parts.AsSpan(3) : parts;
        return relative is ["device", var type, var id] ? $"{type}-{id}" : null;
    }
}
