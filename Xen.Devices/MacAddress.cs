using System.Globalization;

namespace Xen.Devices;

/// <summary>An Ethernet address: 48 bits, kept as the lower bits of a number whose highest byte is the first on the wire.</summary>
/// <param name="Value">The address; the upper 16 bits are 0.</param>
public readonly record struct MacAddress(ulong Value)
{
    /// <summary>Bytes in an address.</summary>
    public const int Size = 6;

    private const int TextLength = 17;

    /// <summary>The address of everybody.</summary>
    public static MacAddress Broadcast => new(0xFFFF_FFFF_FFFF);

    /// <summary>True for a group address, the broadcast address among them.</summary>
    public bool IsMulticast => (Value & 0x0100_0000_0000) != 0;

    /// <summary>Reads an address as it stands in a frame.</summary>
    /// <param name="bytes">At least <see cref="Size"/> bytes.</param>
    public static MacAddress Read(ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        foreach (byte part in bytes[..Size])
        {
            value = (value << 8) | part;
        }

        return new MacAddress(value);
    }

    /// <summary>Parses <c>aa:bb:cc:dd:ee:ff</c> and nothing else: the form that toolstacks write (R12).</summary>
    /// <param name="text">The text.</param>
    /// <param name="address">The address.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out MacAddress address)
    {
        address = default;
        if (text.Length != TextLength)
        {
            return false;
        }

        ulong value = 0;
        for (int i = 0; i < TextLength; i += 3)
        {
            bool separated = i == 0 || text[i - 1] == ':';
            // Digit by digit: the runtime's parser takes a NUL behind a number.
            if (!separated || !char.IsAsciiHexDigit(text[i]) || !char.IsAsciiHexDigit(text[i + 1]))
            {
                return false;
            }

            value = (value << 8) | byte.Parse(text.Slice(i, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        }

        address = new MacAddress(value);
        return true;
    }

    /// <summary>Writes the address as it stands in a frame.</summary>
    /// <param name="destination">At least <see cref="Size"/> bytes.</param>
    public void Write(Span<byte> destination)
    {
        for (int i = 0; i < Size; i++)
        {
            destination[i] = (byte)(Value >> (8 * (Size - 1 - i)));
        }
    }

    /// <inheritdoc />
    public override string ToString()
    {
        ulong value = Value;
        return string.Create(TextLength, value, static (text, value) =>
        {
            for (int i = 0; i < Size; i++)
            {
                ((byte)(value >> (8 * (Size - 1 - i)))).TryFormat(text[(i * 3)..], out _, "x2", CultureInfo.InvariantCulture);
                if (i + 1 < Size)
                {
                    text[(i * 3) + 2] = ':';
                }
            }
        });
    }
}
