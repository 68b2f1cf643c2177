namespace Xen.Platform.Abi;

/// <summary>What a port is (<c>EVTCHNSTAT_*</c>).</summary>
public enum EvtchnState : uint
{
    /// <summary>Free.</summary>
    Closed = 0,

    /// <summary>Waits for its peer, or has lost it.</summary>
    Unbound = 1,

    /// <summary>Bound to a port of another domain.</summary>
    Interdomain = 2,

    /// <summary>Bound to an interrupt line.</summary>
    Pirq = 3,

    /// <summary>Bound to a virtual interrupt.</summary>
    Virq = 4,

    /// <summary>Bound to another processor of this guest.</summary>
    Ipi = 5,
}
