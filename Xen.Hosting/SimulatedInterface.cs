using System.Net;

namespace Xen.Hosting;

/// <summary>A network interface of a simulated guest.</summary>
public sealed record SimulatedInterface
{
    /// <summary>The guest's hardware address, as a toolstack writes it; <see langword="null"/> makes one from the interface's number.</summary>
    public string? Mac { get; init; }

    /// <summary>The address of the peer behind the backend, which answers ARP, ping and UDP echo.</summary>
    public IPAddress PeerAddress { get; init; } = IPAddress.Parse("192.0.2.1");
}
