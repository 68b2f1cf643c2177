namespace Xen.Platform.Abi;

/// <summary>How a grant is mapped (<c>GNTMAP_*</c>).</summary>
[Flags]
public enum GrantMapFlags : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>For a device.</summary>
    DeviceMap = 1,

    /// <summary>For the processor.</summary>
    HostMap = 2,

    /// <summary>For reading only.</summary>
    ReadOnly = 4,
}
