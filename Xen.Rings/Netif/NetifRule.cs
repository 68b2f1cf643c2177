namespace Xen.Rings;

/// <summary>The rules of netif that a peer can break (xen-protocols 1.11, R1, R3, R5, R6).</summary>
public enum NetifRule
{
    /// <summary>None is broken.</summary>
    None,

    /// <summary>A producer index is further ahead than the ring is long; the value is the index.</summary>
    ProducerIndex,

    /// <summary>A response names a request that is not outstanding; the value is its id.</summary>
    ResponseId,

    /// <summary>An empty response where no extra info was sent; the value is how many were outstanding.</summary>
    NullResponse,

    /// <summary>A slot that reaches beyond its page; the value is offset + size.</summary>
    SlotBounds,

    /// <summary>A packet of too many slots; the value is their number.</summary>
    SlotCount,

    /// <summary>A packet of too many bytes; the value is their number.</summary>
    PacketSize,

    /// <summary>A packet that goes on where the producer index ends; the value is the slots that are there.</summary>
    Truncated,

    /// <summary>Extra info of an unknown kind; the value is the kind.</summary>
    ExtraType,

    /// <summary>A chain of extra info longer than there are kinds; the value is its length.</summary>
    ExtraCount,

    /// <summary>Segments of 0 bytes.</summary>
    GsoSize,

    /// <summary>An unknown kind of segmentation; the value is the kind.</summary>
    GsoType,

    /// <summary>A page that was answered is still held by the peer (R7); the value is its reference.</summary>
    GrantBusy,
}
