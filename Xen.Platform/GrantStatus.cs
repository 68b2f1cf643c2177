namespace Xen.Platform;

/// <summary>The result of one grant operation, as Xen writes it (<c>GNTST_*</c>, xen-protocols 1.4).</summary>
public enum GrantStatus : short
{
    /// <summary>Done.</summary>
    Okay = 0,

    /// <summary>An undefined error.</summary>
    GeneralError = -1,

    /// <summary>No such domain.</summary>
    BadDomain = -2,

    /// <summary>No such reference, or not granted to us.</summary>
    BadGrantRef = -3,

    /// <summary>No such mapping.</summary>
    BadHandle = -4,

    /// <summary>The virtual address is not usable.</summary>
    BadVirtualAddress = -5,

    /// <summary>The device address is not usable.</summary>
    BadDeviceAddress = -6,

    /// <summary>No space for device mappings.</summary>
    NoDeviceSpace = -7,

    /// <summary>The grant does not allow this access.</summary>
    PermissionDenied = -8,

    /// <summary>The page cannot be used.</summary>
    BadPage = -9,

    /// <summary>A copy crosses the end of a page.</summary>
    BadCopyArgument = -10,

    /// <summary>An address does not fit.</summary>
    AddressTooBig = -11,

    /// <summary>Try again later.</summary>
    TryAgain = -12,

    /// <summary>No space for another mapping.</summary>
    NoSpace = -13,
}
