using System.Buffers.Binary;

namespace Xen.Devices.Packets;

/// <summary>The header of an ICMP echo request or reply: 8 bytes (RFC 792).</summary>
/// <param name="Type">8 request, 0 reply.</param>
/// <param name="Identifier">Who asked.</param>
/// <param name="Sequence">Which request.</param>
public readonly record struct IcmpEcho(byte Type, ushort Identifier, ushort Sequence)
{
    /// <summary>Bytes of the header.</summary>
    public const int Size = 8;

    /// <summary>A request.</summary>
    public const byte Request = 8;

    /// <summary>A reply.</summary>
    public const byte Reply = 0;

    /// <summary>Reads a message. False when it is too short, no echo, or its checksum is wrong.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out IcmpEcho echo)
    {
        echo = default;
        if (message.Length < Size || message[0] is not (Request or Reply) || message[1] != 0)
        {
            return false;
        }

        if (InternetChecksum.Finish(InternetChecksum.Add(message)) != 0)
        {
            return false;
        }

        echo = new IcmpEcho(message[0], BinaryPrimitives.ReadUInt16BigEndian(message[4..]), BinaryPrimitives.ReadUInt16BigEndian(message[6..]));
        return true;
    }

    /// <summary>Writes the header before data that stands in the message already; the checksum covers both.</summary>
    /// <param name="message">8 bytes for the header and the data.</param>
    public void Write(Span<byte> message)
    {
        message[..Size].Clear();
        message[0] = Type;
        BinaryPrimitives.WriteUInt16BigEndian(message[4..], Identifier);
        BinaryPrimitives.WriteUInt16BigEndian(message[6..], Sequence);
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], InternetChecksum.Finish(InternetChecksum.Add(message)));
    }
}
