using Xen.Devices.Packets;

namespace Xen.Speed.Generator;

/// <summary>What both sides of the network agree on.</summary>
internal static class Plan
{
    /// <summary>Where an agent listens, for orders and for data.</summary>
    public const ushort AgentPort = 9000;

    /// <summary>Where dom0 gives orders from.</summary>
    public const ushort OrderPort = 9001;

    /// <summary>Where an agent's data goes.</summary>
    public const ushort SinkPort = 9002;

    /// <summary>Ethernet, IPv4 and UDP.</summary>
    public const int HeaderBytes = EthernetHeader.Size + Ipv4Header.Size + UdpHeader.Size;

    /// <summary>dom0 on its bridge.</summary>
    public static Ipv4Address Dom0 { get; } = new(10u << 24 | 78 << 16 | 1);

    /// <summary>Data starts with a zero, an order or an answer with a letter.</summary>
    public static bool IsData(ReadOnlySpan<byte> datagram) => datagram.IsEmpty || datagram[0] == 0;
}
