namespace Xen.Devices;

/// <summary>What became of a device operation, where the outcome is one that a caller must expect.</summary>
public enum DeviceStatus
{
    /// <summary>Done.</summary>
    Success,

    /// <summary>The device is not connected now.</summary>
    Disconnected,

    /// <summary>A length that the device does not take; the detail is the length.</summary>
    InvalidLength,

    /// <summary>The device is read-only.</summary>
    ReadOnly,

    /// <summary>Beyond the end of the device; the detail is the number of sectors it has, capped.</summary>
    OutOfRange,

    /// <summary>The device cannot do this.</summary>
    NotSupported,

    /// <summary>The backend reported an error; the detail is its status.</summary>
    Io,

    /// <summary>The guest has no grant reference left; the same operation may succeed later.</summary>
    Exhausted,
}
