namespace Xen.Platform.Abi;

/// <summary>Flags of the start info (<c>SIF_*</c>). Bits 8 to 15 belong to power management.</summary>
[Flags]
public enum StartInfoFlags : uint
{
    /// <summary>An ordinary guest.</summary>
    None = 0,

    /// <summary>The domain is privileged.</summary>
    Privileged = 1,

    /// <summary>It is the initial control domain.</summary>
    Initdomain = 2,

    /// <summary>The module is a multiboot module (PV guests).</summary>
    MultibootMod = 4,

    /// <summary>The module's address is a frame number (PV guests).</summary>
    ModStartPfn = 8,

    /// <summary>The tools understand a virtual P2M (PV guests).</summary>
    VirtP2m4Tools = 16,
}
