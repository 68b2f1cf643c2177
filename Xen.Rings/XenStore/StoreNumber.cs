namespace Xen.Rings;

/// <summary>
/// Numbers as xenstore holds them: decimal digits and nothing else (R12). An empty value, a sign, a space, a NUL, more than 20 digits, or a
/// number out of range is refused, never corrected.
/// </summary>
public static class StoreNumber
{
    // 20 digits hold every u64; more could only be leading zeroes.
    private const int MaxDigits = 20;

    /// <summary>Reads a number in a range.</summary>
    /// <param name="text">The value of a node.</param>
    /// <param name="minimum">The smallest that is accepted.</param>
    /// <param name="maximum">The greatest that is accepted.</param>
    /// <param name="value">The number; 0 when refused.</param>
    /// <returns>False when the text is no number, or one out of range.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, ulong minimum, ulong maximum, out ulong value)
    {
        value = 0;
        if (text.Length is 0 or > MaxDigits)
        {
            return false;
        }

        ulong number = 0;
        foreach (byte digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9' || !TryAppend(ref number, (uint)(digit - '0')))
            {
                return false;
            }
        }

        if (number < minimum || number > maximum)
        {
            return false;
        }

        value = number;
        return true;
    }

    /// <summary>Reads a 32-bit number in a range.</summary>
    /// <param name="text">The value of a node.</param>
    /// <param name="minimum">The smallest that is accepted.</param>
    /// <param name="maximum">The greatest that is accepted.</param>
    /// <param name="value">The number; 0 when refused.</param>
    /// <returns>False when the text is no number, or one out of range.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, uint minimum, uint maximum, out uint value)
    {
        bool parsed = TryParse(text, (ulong)minimum, maximum, out ulong wide);
        value = (uint)wide;
        return parsed;
    }

    /// <summary>Reads a switch: <c>0</c> or <c>1</c>.</summary>
    /// <param name="text">The value of a node.</param>
    /// <param name="value">True for <c>1</c>.</param>
    /// <returns>False when the text is neither.</returns>
    public static bool TryParseSwitch(ReadOnlySpan<byte> text, out bool value)
    {
        bool parsed = TryParse(text, 0u, 1u, out uint number);
        value = number == 1;
        return parsed;
    }

    private static bool TryAppend(ref ulong number, uint digit)
    {
        if (number > (ulong.MaxValue - digit) / 10)
        {
            return false;
        }

        number = (number * 10) + digit;
        return true;
    }
}
