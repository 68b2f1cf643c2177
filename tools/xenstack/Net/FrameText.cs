using System.Globalization;
using Xen.Devices;
using Xen.Devices.Packets;

namespace XenStack.Tool;

/// <summary>A frame in one line.</summary>
internal static class FrameText
{
    public static string Describe(ReceivedFrame frame)
    {
        ReadOnlySpan<byte> bytes = frame.FirstSpan;
        if (!EthernetHeader.TryRead(bytes, out EthernetHeader ethernet))
        {
            return $"{frame.Length} bytes, too short for Ethernet";
        }

        return $"{ethernet.Source} > {ethernet.Destination}, {Payload(ethernet, bytes[EthernetHeader.Size..])}, {frame.Length} bytes";
    }

    private static string Payload(EthernetHeader ethernet, ReadOnlySpan<byte> packet) => ethernet.EtherType switch
    {
        EthernetHeader.Arp when ArpPacket.TryRead(packet, out ArpPacket arp) && arp.Operation == ArpPacket.Request =>
            $"ARP who has {arp.TargetAddress}, tell {arp.SenderAddress}",
        EthernetHeader.Arp when ArpPacket.TryRead(packet, out ArpPacket arp) => $"ARP {arp.SenderAddress} is at {arp.SenderMac}",
        EthernetHeader.Ipv4 when Ipv4Header.TryRead(packet, out Ipv4Header ip) => $"IPv4 {ip.Source} > {ip.Destination}, protocol {ip.Protocol}",
        _ => string.Create(CultureInfo.InvariantCulture, $"type 0x{ethernet.EtherType:x4}"),
    };
}
