using System.Text;
using Xen.Rings;

namespace Xen.Store;

/// <summary>Payloads cut into their parts, strictly.</summary>
internal static class StoreText
{
    /// <summary>Cuts a list in which every part ends with a NUL. False when the last part has none.</summary>
    public static bool TrySplit(ReadOnlySpan<byte> payload, List<string> parts)
    {
        while (payload.Length > 0)
        {
            int end = payload.IndexOf((byte)0);
            if (end < 0)
            {
                return false;
            }

            parts.Add(Encoding.UTF8.GetString(payload[..end]));
            payload = payload[(end + 1)..];
        }

        return true;
    }

    /// <summary>Reads a number that ends with a NUL, or just ends.</summary>
    public static bool TryParseNumber(ReadOnlySpan<byte> payload, out uint number) =>
        StoreNumber.TryParse(WithoutNul(payload), 0u, uint.MaxValue, out number);

    /// <summary>The text before the NUL that ends a payload.</summary>
    public static ReadOnlySpan<byte> WithoutNul(ReadOnlySpan<byte> payload) =>
        payload.Length > 0 && payload[^1] == 0 ? payload[..^1] : payload;

    /// <summary>Reads a watch event: a path and a token, each with its NUL.</summary>
    public static bool TryReadEvent(ReadOnlySpan<byte> payload, out string path, out uint token)
    {
        path = "";
        token = 0;
        int end = payload.IndexOf((byte)0);
        if (end < 0 || payload[^1] != 0)
        {
            return false;
        }

        path = Encoding.UTF8.GetString(payload[..end]);
        return end + 1 < payload.Length && StoreNumber.TryParse(payload[(end + 1)..^1], 0u, uint.MaxValue, out token);
    }
}
