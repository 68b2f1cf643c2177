namespace Xen.Platform.Abi;

/// <summary>
/// The bits of an event word of the FIFO ABI (<c>EVTCHN_FIFO_*</c>, xen-protocols 1.5): one word for each port, in pages that the guest gives to Xen.
/// While a word is linked, the guest may change <see cref="Masked"/>, clear <see cref="Pending"/>, and clear <see cref="Linked"/> with the link, each
/// atomically, and nothing else.
/// </summary>
public static class FifoEventWord
{
    /// <summary>An event came that nobody has taken.</summary>
    public const uint Pending = 1u << 31;

    /// <summary>Xen does not put the port into a queue.</summary>
    public const uint Masked = 1u << 30;

    /// <summary>The port is in a queue.</summary>
    public const uint Linked = 1u << 29;

    /// <summary>Xen changes the link: the guest must not take the mask away.</summary>
    public const uint Busy = 1u << 28;

    /// <summary>Width of the link.</summary>
    public const int LinkBits = 17;

    /// <summary>The next port of the queue; 0 for the last one.</summary>
    public const uint LinkMask = (1u << LinkBits) - 1;

    /// <summary>Ports of the FIFO ABI.</summary>
    public const uint Channels = 1u << LinkBits;

    /// <summary>Words in a page.</summary>
    public const int PerPage = 1024;

    /// <summary>Pages of words at most.</summary>
    public const int MaxPages = (int)Channels / PerPage;
}
