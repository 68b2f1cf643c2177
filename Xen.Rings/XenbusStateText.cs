namespace Xen.Rings;

/// <summary>Xenbus states as text, as a <c>state</c> node holds them.</summary>
public static class XenbusStateText
{
    private static readonly byte[][] Texts = [.. Enumerable.Range(0, 9).Select(state => new[] { (byte)('0' + state) })];

    /// <summary>Reads a state. Anything but one digit from 0 to 8 is <see cref="XenbusState.Unknown"/> (xen-protocols 1.10).</summary>
    /// <param name="text">The value of a <c>state</c> node; empty when there is none.</param>
    public static XenbusState Parse(ReadOnlySpan<byte> text) =>
        text.Length == 1 && text[0] is >= (byte)'0' and <= (byte)'8' ? (XenbusState)(text[0] - '0') : XenbusState.Unknown;

    /// <summary>The text of a state.</summary>
    /// <param name="state">One of the nine states.</param>
    public static ReadOnlyMemory<byte> Format(XenbusState state)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)state, (uint)XenbusState.Reconfigured, nameof(state));
        return Texts[(int)state];
    }
}
