namespace Xen.Store;

/// <summary>What happened to a device.</summary>
public enum XenDeviceChangeKind
{
    /// <summary>It came.</summary>
    Arrived,

    /// <summary>It went.</summary>
    Removed,
}
