using System.Buffers.Binary;

namespace Xen.Devices.Packets;

/// <summary>The one's complement checksum of IPv4, ICMP and UDP (RFC 1071).</summary>
public static class InternetChecksum
{
    /// <summary>Adds bytes to a running sum.</summary>
    /// <param name="bytes">An odd last byte counts as if a zero followed.</param>
    /// <param name="sum">The sum so far.</param>
    public static ulong Add(ReadOnlySpan<byte> bytes, ulong sum = 0)
    {
        // Four bytes at a time; the carries gather in the high half and are folded at the end.
        while (bytes.Length >= sizeof(uint))
        {
            sum += BinaryPrimitives.ReadUInt32BigEndian(bytes);
            bytes = bytes[sizeof(uint)..];
        }

        if (bytes.Length >= sizeof(ushort))
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
            bytes = bytes[sizeof(ushort)..];
        }

        return bytes.IsEmpty ? sum : sum + ((ulong)bytes[0] << 8);
    }

    /// <summary>The checksum for a running sum.</summary>
    /// <param name="sum">The sum of everything that the checksum covers, with zero in the checksum's own place.</param>
    public static ushort Finish(ulong sum) => (ushort)~Fold(sum);

    /// <summary>Folds a running sum into 16 bits without inverting it: what a frame with a partial checksum carries for its pseudo header.</summary>
    /// <param name="sum">The sum.</param>
    public static ushort Fold(ulong sum)
    {
        while (sum >> 16 != 0)
        {
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        return (ushort)sum;
    }
}
