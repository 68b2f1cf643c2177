using System.Globalization;
using System.Text;

namespace XenStack.Tool;

/// <summary>Values of xenstore as text: they are bytes, and a hostile writer can put a terminal's control codes there.</summary>
internal static class StoreValue
{
    public static string ToText(ReadOnlySpan<byte> value)
    {
        var text = new StringBuilder(value.Length);
        foreach (byte b in value)
        {
            _ = b is >= 0x20 and < 0x7F ? text.Append((char)b) : text.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
        }

        return text.ToString();
    }
}
