namespace Xen.Rings;

/// <summary>Limits and sizes of the netif protocol (xen-protocols 1.11).</summary>
public static class Netif
{
    /// <summary>The longest packet in bytes, Ethernet header included: its size is a 16-bit field.</summary>
    public const int MaxPacketBytes = ushort.MaxValue;

    /// <summary>Slots of one packet that every peer must take (<c>XEN_NETIF_NR_SLOTS_MIN</c>), extra info not counted.</summary>
    public const int MaxSlots = 18;

    /// <summary>Slots of one packet from which on a back end holds the front end for malicious.</summary>
    public const int FatalSlots = 20;

    /// <summary>Kinds of extra info, so the longest chain of different ones.</summary>
    public const int MaxExtras = 5;

    /// <summary>Bytes in a page; no slot crosses its end.</summary>
    public const int PageBytes = 4096;

    /// <summary>Bytes of an Ethernet header; no packet is shorter.</summary>
    public const int MinPacketBytes = 14;

    /// <summary>Pages that a packet of this length fills from the beginning of a page.</summary>
    /// <param name="length">Bytes.</param>
    public static int SlotsOf(int length) => (length + PageBytes - 1) / PageBytes;
}
