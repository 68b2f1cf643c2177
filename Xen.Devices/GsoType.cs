namespace Xen.Devices;

/// <summary>How a large frame is to be cut into segments, as netif numbers it (xen-protocols 1.11).</summary>
public enum GsoType : byte
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>TCP over IPv4.</summary>
    TcpIPv4 = 1,

    /// <summary>TCP over IPv6.</summary>
    TcpIPv6 = 2,
}
