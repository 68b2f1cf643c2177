namespace Xen.Platform.Abi;

/// <summary>What a region of memory is (<c>XEN_HVM_MEMMAP_TYPE_*</c>; the same numbers as those of e820).</summary>
public enum HvmMemmapType : uint
{
    /// <summary>Memory to use.</summary>
    Ram = 1,

    /// <summary>Not to be touched.</summary>
    Reserved = 2,

    /// <summary>ACPI tables: memory once they have been read.</summary>
    Acpi = 3,

    /// <summary>ACPI non-volatile storage: must be kept.</summary>
    Nvs = 4,

    /// <summary>Broken memory.</summary>
    Unusable = 5,

    /// <summary>Memory that is not enabled.</summary>
    Disabled = 6,

    /// <summary>Persistent memory.</summary>
    Pmem = 7,
}
