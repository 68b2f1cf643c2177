using System.Buffers.Binary;

namespace Xen.Devices.Packets;

/// <summary>The header of a UDP datagram: 8 bytes (RFC 768).</summary>
/// <param name="SourcePort">From.</param>
/// <param name="DestinationPort">To.</param>
public readonly record struct UdpHeader(ushort SourcePort, ushort DestinationPort)
{
    /// <summary>Bytes of the header.</summary>
    public const int Size = 8;

    /// <summary>Where the checksum stands in the header.</summary>
    public const int ChecksumOffset = 6;

    /// <summary>Reads a datagram. False when it is too short or its length does not fit.</summary>
    /// <param name="ip">The packet around it.</param>
    /// <param name="datagram">The packet's payload.</param>
    /// <param name="checksum">What the frame's receiver knows of the checksum; only an unknown one is verified here.</param>
    /// <param name="header">The header.</param>
    public static bool TryRead(Ipv4Header ip, ReadOnlySpan<byte> datagram, ChecksumState checksum, out UdpHeader header)
    {
        header = default;
        if (datagram.Length < Size || BinaryPrimitives.ReadUInt16BigEndian(datagram[4..]) != datagram.Length)
        {
            return false;
        }

        bool isSummed = checksum == ChecksumState.Unknown && BinaryPrimitives.ReadUInt16BigEndian(datagram[ChecksumOffset..]) != 0;
        if (isSummed && InternetChecksum.Fold(InternetChecksum.Add(datagram, ip.PseudoHeaderSum())) != 0xFFFF)
        {
            return false;
        }

        header = new UdpHeader(BinaryPrimitives.ReadUInt16BigEndian(datagram), BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]));
        return true;
    }

    /// <summary>Writes the header before data that stands in the datagram already; the checksum covers both.</summary>
    /// <param name="ip">The packet around it.</param>
    /// <param name="datagram">8 bytes for the header and the data.</param>
    public void Write(Ipv4Header ip, Span<byte> datagram)
    {
        WriteWithoutChecksum(datagram);
        ushort sum = InternetChecksum.Finish(InternetChecksum.Add(datagram, ip.PseudoHeaderSum()));
        // Zero means "no checksum": the other form of zero stands for it.
        BinaryPrimitives.WriteUInt16BigEndian(datagram[ChecksumOffset..], sum == 0 ? (ushort)0xFFFF : sum);
    }

    /// <summary>Writes the header with the pseudo header's sum in the checksum's place: for a frame that is sent with a partial checksum.</summary>
    /// <param name="ip">The packet around it.</param>
    /// <param name="datagram">8 bytes for the header and the data.</param>
    public void WritePartial(Ipv4Header ip, Span<byte> datagram)
    {
        WriteWithoutChecksum(datagram);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[ChecksumOffset..], InternetChecksum.Fold(ip.PseudoHeaderSum()));
    }

    private void WriteWithoutChecksum(Span<byte> datagram)
    {
        BinaryPrimitives.WriteUInt16BigEndian(datagram, SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[2..], DestinationPort);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[4..], (ushort)datagram.Length);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[ChecksumOffset..], 0);
    }
}
