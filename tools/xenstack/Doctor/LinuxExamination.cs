using System.Runtime.InteropServices;
using Xen.Linux;

namespace XenStack.Tool;

/// <summary>Looks at what the Linux host needs: a Xen below, the device files, and the right to open them.</summary>
/// <param name="root">The file system's root; another one in tests.</param>
internal sealed class LinuxExamination(string root)
{
    private static readonly (string File, string Module, string Use)[] Devices =
    [
        ("dev/xen/evtchn", "xen-evtchn", "event channels"),
        ("dev/xen/gntalloc", "xen-gntalloc", "granting pages (front ends)"),
        ("dev/xen/gntdev", "xen-gntdev", "mapping and copying grants (back ends)"),
        ("dev/xen/xenbus", "xenfs", "xenstore"),
    ];

    public IEnumerable<Finding> Examine()
    {
        yield return Runtime();
        yield return Hypervisor();
        foreach ((string file, string module, string use) in Devices)
        {
            yield return Device(file, module, use);
        }

        yield return GrantLimit();
        foreach (HeldDevice device in KernelDrivers.List(Path.Combine(root, "sys")))
        {
            // Nothing is wrong with it: a guest's own disk is the kernel's. It has to be taken away only to be driven from here.
            yield return new Finding(device.Path, true, $"the kernel's driver '{device.Driver}' has it", $"To drive it from user mode: {device.Unbind}");
        }
    }

    private static Finding Runtime() =>
        new("runtime", true, $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.RuntimeIdentifier}");

    private Finding Hypervisor()
    {
        string type = Path.Combine(root, "sys/hypervisor/type");
        string found = File.Exists(type) ? File.ReadAllText(type).Trim() : "";
        return found == "xen"
            ? new Finding("hypervisor", true, "xen")
            : new Finding("hypervisor", false, found.Length == 0 ? "none" : found, "Run in a Xen guest or dom0, or stay on the simulation (the default host).");
    }

    private Finding Device(string file, string module, string use)
    {
        string path = Path.Combine(root, file);
        if (!File.Exists(path))
        {
            return new Finding("/" + file, false, "missing", $"modprobe {module} (needed for {use}).");
        }

        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
            return new Finding("/" + file, true, "can be opened");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new Finding("/" + file, false, exception.Message, $"Run as root, or give your user the right to open it (needed for {use}).");
        }
    }

    private Finding GrantLimit()
    {
        string path = Path.Combine(root, "sys/module/xen_gntalloc/parameters/limit");
        if (!File.Exists(path))
        {
            return new Finding("gntalloc limit", false, "unknown", "modprobe xen-gntalloc limit=65536");
        }

        string text = File.ReadAllText(path).Trim();
        bool enough = long.TryParse(text, out long limit) && limit >= 4096;
        return new Finding(
            "gntalloc limit", enough, $"{text} pages for the whole system",
            enough ? "" : $"echo 65536 > {path} (one network interface needs about 520 pages).");
    }
}
