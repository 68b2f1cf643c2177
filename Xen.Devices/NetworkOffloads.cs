namespace Xen.Devices;

/// <summary>What a network device takes over for frames that are sent through it.</summary>
[Flags]
public enum NetworkOffloads
{
    /// <summary>Nothing: one page a frame, every checksum complete.</summary>
    None = 0,

    /// <summary>Completes partial checksums of TCP and UDP over IPv4.</summary>
    ChecksumIPv4 = 1,

    /// <summary>Completes partial checksums of TCP and UDP over IPv6.</summary>
    ChecksumIPv6 = 2,

    /// <summary>Takes frames of more than one page.</summary>
    ScatterGather = 4,

    /// <summary>Cuts large TCP frames over IPv4.</summary>
    GsoTcpIPv4 = 8,

    /// <summary>Cuts large TCP frames over IPv6.</summary>
    GsoTcpIPv6 = 16,
}
