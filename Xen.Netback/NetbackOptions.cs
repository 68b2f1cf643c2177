using Xen.Devices;
using Xen.Rings;

namespace Xen.Netback;

/// <summary>How to serve a network back end.</summary>
public sealed record NetbackOptions
{
    /// <summary>The usual.</summary>
    public static NetbackOptions Default { get; } = new();

    /// <summary>Queues that are offered, 1 to 64. Each has the pages below, and frames of one flow go by one.</summary>
    public int MaxQueues { get; init; } = 1;

    /// <summary>This end's address on the wire between the two ends.</summary>
    public MacAddress MacAddress { get; init; } = new(0xFEFF_FFFF_FFFF);

    /// <summary>Offers a port for each direction.</summary>
    public bool OfferSplitEventChannels { get; init; } = true;

    /// <summary>Offers frames of more than one page.</summary>
    public bool OfferScatterGather { get; init; } = true;

    /// <summary>Offers to take frames of many segments (TCP), which whatever stands behind must then be ready for.</summary>
    public bool OfferGso { get; init; }

    /// <summary>Pages of frames on their way to the front end, at least 18: the bound on what a front end can keep waiting (XSA-392). Fewer when the guest's pages are short.</summary>
    public int TransmitPages { get; init; } = 256;

    /// <summary>Pages of frames from the front end that nobody has handled yet, at least 18; fewer when the guest's pages are short.</summary>
    public int ReceivePages { get; init; } = 256;

    /// <summary>
    /// How long the first frame waits for the front end to offer pages; then all that waits is dropped, and so is every further frame until
    /// the front end offers some (XSA-392). More than nothing.
    /// </summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxQueues, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxQueues, NetifKeys.MaxQueues);
        ArgumentOutOfRangeException.ThrowIfLessThan(TransmitPages, Netif.MaxSlots);
        ArgumentOutOfRangeException.ThrowIfLessThan(ReceivePages, Netif.MaxSlots);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(StallTimeout, TimeSpan.Zero);
    }
}
