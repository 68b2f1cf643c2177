namespace Xen.Store;

/// <summary>What a handshake wants done now.</summary>
public enum XenbusStep
{
    /// <summary>Nothing: wait for an input or the deadline.</summary>
    None,

    /// <summary>Write <see cref="XenbusHandshake.StateToWrite"/>.</summary>
    WriteState,

    /// <summary>Let the driver make its rings ready.</summary>
    Prepare,

    /// <summary>Write the driver's keys and <see cref="XenbusHandshake.StateToWrite"/> in one transaction.</summary>
    Publish,

    /// <summary>Let the driver read the other end's keys and start.</summary>
    Connect,

    /// <summary>Let the driver read what the other end may have changed.</summary>
    Refresh,

    /// <summary>Let the driver end its work.</summary>
    Drain,

    /// <summary>Let the driver give everything back.</summary>
    Release,
}
