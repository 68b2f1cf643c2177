namespace Xen.Platform;

/// <summary>Kinds of Xen's notes in a kernel (<c>XEN_ELFNOTE_*</c>, xen-protocols 1.1).</summary>
public enum ElfNoteType : uint
{
    /// <summary>Free text.</summary>
    Info = 0,

    /// <summary>Virtual entry address (PV).</summary>
    Entry = 1,

    /// <summary>Virtual address of the hypercall page (PV).</summary>
    HypercallPage = 2,

    /// <summary>Where the kernel is linked (PV).</summary>
    VirtBase = 3,

    /// <summary>From physical addresses of the file to virtual ones (PV).</summary>
    PaddrOffset = 4,

    /// <summary>The Xen that the kernel is for.</summary>
    XenVersion = 5,

    /// <summary>Name of the guest's system.</summary>
    GuestOs = 6,

    /// <summary>Its version.</summary>
    GuestVersion = 7,

    /// <summary>The loader it wants.</summary>
    Loader = 8,

    /// <summary>Use of PAE (PV, 32 bits).</summary>
    PaeMode = 9,

    /// <summary>Features as text.</summary>
    Features = 10,

    /// <summary>Symbol table wanted.</summary>
    BsdSymtab = 11,

    /// <summary>Lowest address that Xen may use (PV).</summary>
    HvStartLow = 12,

    /// <summary>How present page table entries look (PV).</summary>
    L1MfnValid = 13,

    /// <summary>The guest knows cancelled suspends.</summary>
    SuspendCancel = 14,

    /// <summary>Where the P2M goes (PV).</summary>
    InitP2m = 15,

    /// <summary>Whether the module's address is a frame number (PV).</summary>
    ModStartPfn = 16,

    /// <summary>Features as bits.</summary>
    SupportedFeatures = 17,

    /// <summary>Physical entry address, 32-bit: what makes an image PVH.</summary>
    Phys32Entry = 18,

    /// <summary>Where the image may be moved to.</summary>
    Phys32Reloc = 19,
}
