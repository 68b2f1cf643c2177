namespace Xen.Platform;

/// <summary>
/// Words that toolstacks append because they expect Linux: xl's <c>root=</c> and <c>extra=</c>, pvgrub's menu entries, the
/// <c>kernelopts</c> of Qubes. A guest that is not Linux passes over them.
/// </summary>
internal static class KernelWords
{
    private static readonly string[] Exact =
    [
        "ro", "rw", "quiet", "splash", "nomodeset", "nopat", "rhgb", "rootwait", "noresume", "noapic", "nolapic", "nosmp", "nosplash",
        "rd_NO_PLYMOUTH", "debug", "single",
    ];

    // Names of NAME=VALUE.
    private static readonly string[] Names =
    [
        "BOOT_IMAGE", "apparmor", "audit", "biosdevname", "cgroup_enable", "clocksource", "console", "crashkernel", "earlyprintk", "elevator",
        "init", "initrd", "iommu", "ip", "lsm", "loglevel", "memory_hotplug", "mitigations", "module_blacklist", "panic", "resume", "root",
        "rootdelay", "rootflags", "rootfstype", "security", "selinux", "swiotlb", "tsc", "vga", "video",
    ];

    // Beginnings of names.
    private static readonly string[] Prefixes = ["systemd.", "rd.", "xen_", "xen.", "xen-", "net.", "plymouth.", "ipv6.", "printk.", "usbcore.", "udev."];

    public static bool Contains(string word)
    {
        // As in "-s": a run level.
        if (word.Length == 2 && word[0] == '-' && char.IsAsciiLetter(word[1]))
        {
            return true;
        }

        string name = word.Split('=', 2)[0];
        return Exact.Contains(word)
            || (name.Length < word.Length && Names.Contains(name))
            || Prefixes.Any(prefix => word.StartsWith(prefix, StringComparison.Ordinal));
    }
}
