namespace Xen.Rings;

/// <summary>
/// The validated form of a chain of extra info. A chain is at most as long as there are kinds; the last of a kind counts, as it does for
/// the peers that exist.
/// </summary>
public struct NetifExtras
{
    /// <summary>How many slots the chain took.</summary>
    public int Count { get; private set; }

    /// <summary>How the packet is to be cut; <see cref="NetifGsoType.None"/> without extra info about it.</summary>
    public NetifGsoType GsoType { get; private set; }

    /// <summary>Payload bytes of a segment; 0 without segmentation, never 0 with it.</summary>
    public ushort GsoSize { get; private set; }

    /// <summary>True when the slot is a multicast request and no packet.</summary>
    public bool IsMulticastControl { get; private set; }

    /// <summary>Takes the next slot of a chain.</summary>
    /// <param name="extra">A copy of the slot, private to the caller.</param>
    /// <returns>The rule that it breaks, or none.</returns>
    public NetifViolation Add(in NetifExtraInfo extra)
    {
        Count++;
        if (Count > Netif.MaxExtras)
        {
            return new NetifViolation(NetifRule.ExtraCount, Count);
        }

        switch (extra.Type)
        {
            case NetifExtraType.Gso:
                return AddGso(extra);
            case NetifExtraType.McastAdd or NetifExtraType.McastDel:
                IsMulticastControl = true;
                return default;
            case NetifExtraType.Hash or NetifExtraType.Xdp:
                return default;
            default:
                return new NetifViolation(NetifRule.ExtraType, (long)extra.Type);
        }
    }

    private NetifViolation AddGso(in NetifExtraInfo extra)
    {
        if (extra.GsoSize == 0)
        {
            return new NetifViolation(NetifRule.GsoSize, 0);
        }

        if ((NetifGsoType)extra.GsoType is not (NetifGsoType.TcpV4 or NetifGsoType.TcpV6))
        {
            return new NetifViolation(NetifRule.GsoType, extra.GsoType);
        }

        GsoType = (NetifGsoType)extra.GsoType;
        GsoSize = extra.GsoSize;
        return default;
    }
}
