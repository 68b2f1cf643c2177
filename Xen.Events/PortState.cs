using Xen.Platform;

namespace Xen.Events;

/// <summary>What the guest knows of one of its ports.</summary>
internal sealed class PortState
{
    public PortState(EventPort handle, IGuestScheduler scheduler)
    {
        Handle = handle;
        Waiter = new WaitSource<uint>(scheduler, this);
    }

    public EventPort Handle { get; }

    public uint Port => Handle.Value;

    /// <summary>Events that arrived; it wraps.</summary>
    public uint Count { get; set; }

    /// <summary>True from an event to its completion: the port is masked (late EOI).</summary>
    public bool IsMasked { get; set; }

    public bool IsClosed { get; set; }

    /// <summary>Completions in a row that brought no work.</summary>
    public int SpuriousCount { get; set; }

    /// <summary>Ends the delay of a port that storms; made when it first does.</summary>
    public ITimer? DelayTimer { get; set; }

    public bool IsDelayed { get; set; }

    public WaitSource<uint> Waiter { get; }

    public override string ToString()
    {
        string masked = IsDelayed ? ", delayed by back-off" : IsMasked ? ", masked until Complete" : string.Empty;
        return $"an event on port {Port} (count {Count}{masked})";
    }
}
