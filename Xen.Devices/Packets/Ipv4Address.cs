using System.Buffers.Binary;
using System.Net;

namespace Xen.Devices.Packets;

/// <summary>An IPv4 address as a value: no allocation where frames are looked at.</summary>
/// <param name="Value">The four bytes, the first one highest.</param>
public readonly record struct Ipv4Address(uint Value)
{
    /// <summary>Bytes of an address.</summary>
    public const int Size = 4;

    /// <summary>Reads an address from the first four bytes.</summary>
    public static Ipv4Address Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt32BigEndian(bytes));

    /// <summary>Takes the value of an <see cref="IPAddress"/>.</summary>
    /// <exception cref="ArgumentException">It is not an IPv4 address.</exception>
    public static Ipv4Address From(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        Span<byte> bytes = stackalloc byte[16];
        if (!address.TryWriteBytes(bytes, out int length) || length != Size)
        {
            throw new ArgumentException($"{address} is not an IPv4 address.", nameof(address));
        }

        return Read(bytes);
    }

    /// <summary>Writes the address to the first four bytes.</summary>
    public void Write(Span<byte> bytes) => BinaryPrimitives.WriteUInt32BigEndian(bytes, Value);

    /// <inheritdoc />
    public override string ToString() => $"{Value >> 24}.{(Value >> 16) & 0xFF}.{(Value >> 8) & 0xFF}.{Value & 0xFF}";
}
