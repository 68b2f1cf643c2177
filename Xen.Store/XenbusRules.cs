using Xen.Rings;

namespace Xen.Store;

/// <summary>How the handshake of one kind of device differs from the others (xen-protocols 1.10).</summary>
public sealed record XenbusRules
{
    private XenbusRules(XenbusRole role, XenbusState publishedState, XenbusState peerReadyFrom)
    {
        Role = role;
        PublishedState = publishedState;
        PeerReadyFrom = peerReadyFrom;
    }

    /// <summary>A block device's front end: <c>1 → 3 → 4</c>.</summary>
    public static XenbusRules BlockFrontend { get; } = new(XenbusRole.Frontend, XenbusState.Initialised, XenbusState.Connected);

    /// <summary>A network device's front end: <c>1 → 4</c>; it skips 3.</summary>
    public static XenbusRules NetworkFrontend { get; } = new(XenbusRole.Frontend, XenbusState.Connected, XenbusState.Connected);

    /// <summary>A block device's back end: connects to a front end in 3 or 4.</summary>
    public static XenbusRules BlockBackend { get; } = new(XenbusRole.Backend, XenbusState.InitWait, XenbusState.Initialised);

    /// <summary>A network device's back end: connects to a front end in 4.</summary>
    public static XenbusRules NetworkBackend { get; } = new(XenbusRole.Backend, XenbusState.InitWait, XenbusState.Connected);

    /// <summary>Which end.</summary>
    public XenbusRole Role { get; }

    /// <summary>The state that this end writes together with its keys.</summary>
    public XenbusState PublishedState { get; }

    /// <summary>From this state up to <see cref="XenbusState.Connected"/> the other end's keys are there.</summary>
    public XenbusState PeerReadyFrom { get; }

    /// <summary>True when the other end's keys are there.</summary>
    /// <param name="peer">Its state.</param>
    public bool IsPeerReady(XenbusState peer) => peer >= PeerReadyFrom && peer <= XenbusState.Connected;
}
