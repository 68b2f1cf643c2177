namespace Xen.Rings;

/// <summary>What a peer did wrong.</summary>
/// <param name="Rule">Which rule it broke.</param>
/// <param name="Value">The offending value, as <paramref name="Rule"/> says.</param>
public readonly record struct NetifViolation(NetifRule Rule, long Value)
{
    /// <summary>True when a rule was broken.</summary>
    public bool IsViolation => Rule != NetifRule.None;

    /// <summary>What was expected, for the error that names it.</summary>
    public string Expected => Rule switch
    {
        NetifRule.ProducerIndex => "a producer index at most one ring ahead",
        NetifRule.ResponseId => "the id of an outstanding request",
        NetifRule.NullResponse => "empty responses for slots of extra info only",
        NetifRule.SlotBounds => $"offset and size within a page of {Netif.PageBytes} bytes",
        NetifRule.SlotCount => $"at most {Netif.MaxSlots} slots in a packet",
        NetifRule.PacketSize => $"a packet of {Netif.MinPacketBytes} to {Netif.MaxPacketBytes} bytes",
        NetifRule.Truncated => "every slot of a packet published together",
        NetifRule.ExtraType => "extra info of a known kind",
        NetifRule.ExtraCount => $"at most {Netif.MaxExtras} slots of extra info",
        NetifRule.GsoSize => "segments of at least one byte",
        NetifRule.GsoType => "segmentation of TCP over IPv4 or IPv6",
        NetifRule.GrantBusy => "no mapping left of a page that was answered",
        _ => "nothing",
    };
}
