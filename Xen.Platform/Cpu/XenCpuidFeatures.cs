namespace Xen.Platform;

/// <summary>What Xen does for this HVM or PVH guest (<c>XEN_HVM_CPUID_*</c>, leaf +4).</summary>
[Flags]
public enum XenCpuidFeatures : uint
{
    /// <summary>Nothing of it.</summary>
    None = 0,

    /// <summary>Accesses to the APIC registers are virtualized by the processor.</summary>
    ApicAccessVirt = 1,

    /// <summary>Accesses to x2APIC registers are.</summary>
    X2ApicVirt = 2,

    /// <summary>Grant mappings are in the IOMMU.</summary>
    IommuMappings = 4,

    /// <summary>The number of the virtual processor is given.</summary>
    VcpuIdPresent = 8,

    /// <summary>The number of the domain is given.</summary>
    DomidPresent = 16,

    /// <summary>Interrupt destinations have 15 bits.</summary>
    ExtDestId = 32,

    /// <summary>Each virtual processor can have its own upcall vector.</summary>
    UpcallVector = 64,
}
