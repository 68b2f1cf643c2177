using Xen.Rings;

namespace Xen.Netfront;

/// <summary>How to open a network front end.</summary>
public sealed record NetfrontOptions
{
    /// <summary>The usual.</summary>
    public static NetfrontOptions Default { get; } = new();

    /// <summary>
    /// Queues at most, 1 to 64; fewer when the back end serves fewer, or pages are short. Each has the pages below, and frames of one flow go by one.
    /// </summary>
    public int MaxQueues { get; init; } = 1;

    /// <summary>Pages to fill frames in, at most one ring of 256, at least 18; fewer are used when grants are short.</summary>
    public int TransmitPages { get; init; } = 256;

    /// <summary>
    /// Pages to receive into, at least 64: up to 256 are with the back end, the rest with listeners. Fewer are used when grants are short.
    /// </summary>
    public int ReceivePages { get; init; } = 512;

    /// <summary>True to use one event channel for both directions even where the back end offers two.</summary>
    public bool UseSingleEventChannel { get; init; }

    /// <summary>True to refuse frames of more than one page in both directions.</summary>
    public bool DisableScatterGather { get; init; }

    /// <summary>True to accept frames of many segments (TCP), which a listener must then be ready for.</summary>
    public bool ReceiveGso { get; init; }

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxQueues, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxQueues, NetifKeys.MaxQueues);
        ArgumentOutOfRangeException.ThrowIfLessThan(TransmitPages, Netif.MaxSlots);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(TransmitPages, NetfrontQueuePages.RingSlots);
        ArgumentOutOfRangeException.ThrowIfLessThan(ReceivePages, NetfrontQueuePages.MinReceivePages);
    }
}
