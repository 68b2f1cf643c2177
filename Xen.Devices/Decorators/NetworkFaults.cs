namespace Xen.Devices;

/// <summary>How often things go wrong, in frames of a thousand.</summary>
public sealed record NetworkFaults
{
    /// <summary>Sent frames that vanish, reported as sent.</summary>
    public int DropSendPerMille { get; init; }

    /// <summary>Sent frames that are refused with <see cref="DeviceStatus.Io"/>.</summary>
    public int FailSendPerMille { get; init; }

    /// <summary>Received frames that vanish.</summary>
    public int DropReceivePerMille { get; init; }

    /// <summary>Received frames that come twice.</summary>
    public int DuplicateReceivePerMille { get; init; }

    /// <summary>Received frames of which one bit is wrong.</summary>
    public int CorruptReceivePerMille { get; init; }
}
