namespace Xen.Platform;

/// <summary>
/// Words that toolstacks themselves put on a command line because they expect Linux: xl's <c>root=</c>, and what Qubes has before a qube's own
/// <c>kernelopts</c>, or for them when the qube has none. A guest that is not Linux passes over them. What the user writes is the program's.
/// </summary>
internal static class KernelWords
{
    // With "=" at its end: whatever is behind it.
    private static readonly string[] Known =
    [
        "root=", "console=", "ro", "nomodeset", "rd_NO_PLYMOUTH", "rd.plymouth.enable=", "plymouth.enable=", "clocksource=",
        "xen_privcmd.unrestricted", "xen_scrub_pages=", "swiotlb=", "nopat", "iommu=soft", "apparmor=1", "security=apparmor", "selinux=1", "security=selinux",
    ];

    public static bool Contains(string word) =>
        Array.Exists(Known, known => known[^1] == '=' ? word.StartsWith(known, StringComparison.Ordinal) : word == known);
}
