using System.Buffers.Binary;
using Xen.Devices;

namespace Xen.Netfront;

/// <summary>What a frame asks of the back end.</summary>
internal static class NetfrontOffloads
{
    private const int EtherTypeOffset = 12;
    private const int VlanTagSize = 4;
    private const ushort EtherTypeVlan = 0x8100;
    private const ushort EtherTypeIPv6 = 0x86DD;

    /// <summary>The offloads that a frame needs.</summary>
    public static NetworkOffloads NeededBy(ReadOnlySpan<byte> frame, FrameOffload offload)
    {
        NetworkOffloads segmentation = offload.GsoType switch
        {
            GsoType.TcpIPv4 => NetworkOffloads.GsoTcpIPv4,
            GsoType.TcpIPv6 => NetworkOffloads.GsoTcpIPv6,
            _ => NetworkOffloads.None,
        };
        return offload.Checksum == ChecksumState.Partial ? segmentation | ChecksumOf(frame) : segmentation;
    }

    private static NetworkOffloads ChecksumOf(ReadOnlySpan<byte> frame)
    {
        ushort etherType = BinaryPrimitives.ReadUInt16BigEndian(frame[EtherTypeOffset..]);
        bool isTagged = etherType == EtherTypeVlan && frame.Length >= EtherTypeOffset + VlanTagSize + sizeof(ushort);
        if (isTagged)
        {
            etherType = BinaryPrimitives.ReadUInt16BigEndian(frame[(EtherTypeOffset + VlanTagSize)..]);
        }

        return etherType == EtherTypeIPv6 ? NetworkOffloads.ChecksumIPv6 : NetworkOffloads.ChecksumIPv4;
    }
}
