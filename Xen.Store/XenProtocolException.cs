using System.Text;
using Xen.Rings;

namespace Xen.Store;

/// <summary>The other end of a device broke its protocol. The device is not used further; the message says what, where and what was expected.</summary>
public sealed class XenProtocolException : Exception
{
    private const int MaxShown = 64;

    /// <summary>Describes a breach.</summary>
    /// <param name="devicePath">The device's node.</param>
    /// <param name="rule">The rule that was broken, with its source: <c>responses do not outrun requests (R1)</c>.</param>
    /// <param name="offendingValue">What was found instead.</param>
    /// <param name="ownState">The state of this end.</param>
    /// <param name="peerState">The state of the other end.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public XenProtocolException(
        string devicePath,
        string rule,
        string offendingValue,
        XenbusState ownState = XenbusState.Unknown,
        XenbusState peerState = XenbusState.Unknown,
        Exception? innerException = null)
        : base($"{devicePath}: expected: {rule}; found: {offendingValue}; this end is {ownState}, the other {peerState}", innerException)
    {
        DevicePath = devicePath;
        Rule = rule;
        OffendingValue = offendingValue;
        OwnState = ownState;
        PeerState = peerState;
    }

    /// <summary>The device's node.</summary>
    public string DevicePath { get; }

    /// <summary>The rule that was broken.</summary>
    public string Rule { get; }

    /// <summary>What was found instead.</summary>
    public string OffendingValue { get; }

    /// <summary>The state of this end.</summary>
    public XenbusState OwnState { get; }

    /// <summary>The state of the other end.</summary>
    public XenbusState PeerState { get; }

    /// <summary>A value of the other end's as it may be shown: quoted, control characters escaped, cut when long.</summary>
    /// <param name="value">The bytes of a node; <see langword="null"/> when there is none.</param>
    public static string Show(byte[]? value)
    {
        if (value is null)
        {
            return "missing";
        }

        var text = new StringBuilder("\"");
        foreach (byte character in value.AsSpan(0, Math.Min(value.Length, MaxShown)))
        {
            text.Append(character is >= 0x20 and < 0x7f ? $"{(char)character}" : $"\\x{character:x2}");
        }

        return text.Append('"').Append(value.Length > MaxShown ? $"... ({value.Length} bytes)" : "").ToString();
    }
}
