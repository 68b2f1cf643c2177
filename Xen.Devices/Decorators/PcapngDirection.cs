namespace Xen.Devices;

/// <summary>Which way a captured frame went, as pcapng numbers it (<c>epb_flags</c>).</summary>
public enum PcapngDirection
{
    /// <summary>Not known.</summary>
    Unknown = 0,

    /// <summary>Received.</summary>
    Inbound = 1,

    /// <summary>Sent.</summary>
    Outbound = 2,
}
