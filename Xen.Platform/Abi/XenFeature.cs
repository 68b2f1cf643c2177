namespace Xen.Platform.Abi;

/// <summary>Bits of the feature map (<c>XENFEAT_*</c>).</summary>
public enum XenFeature
{
    /// <summary>The guest writes its page tables.</summary>
    WritablePageTables = 0,

    /// <summary>Frame numbers are the guest's own.</summary>
    AutoTranslatedPhysmap = 2,

    /// <summary>Upcalls can be a vector.</summary>
    HvmCallbackVector = 8,

    /// <summary>The clock can be read from user mode.</summary>
    HvmSafePvclock = 9,

    /// <summary>Interrupt lines can be event channels.</summary>
    HvmPirqs = 10,

    /// <summary>Guest frames are not machine frames.</summary>
    NotDirectMapped = 16,
}
