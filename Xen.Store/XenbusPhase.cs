namespace Xen.Store;

/// <summary>Where a connection is on its way; see <see cref="XenbusHandshake"/> for the order.</summary>
public enum XenbusPhase
{
    /// <summary>A front end writes state 1.</summary>
    Announcing,

    /// <summary>A front end waits for the back end's state 2.</summary>
    AwaitingOffer,

    /// <summary>A back end waits for a front end that is there.</summary>
    AwaitingFrontend,

    /// <summary>The driver makes its rings ready, or what it offers.</summary>
    Preparing,

    /// <summary>The driver's keys and the state are written in one transaction.</summary>
    Publishing,

    /// <summary>Waits until the other end's keys are there.</summary>
    AwaitingPeer,

    /// <summary>The driver reads the other end's keys and starts.</summary>
    Connecting,

    /// <summary>State 4 is written.</summary>
    Confirming,

    /// <summary>In use.</summary>
    Connected,

    /// <summary>State 5 is written.</summary>
    MarkingClosing,

    /// <summary>The driver refuses new work and ends what it has.</summary>
    Draining,

    /// <summary>Waits until the other end closes, too.</summary>
    AwaitingPeerClosing,

    /// <summary>State 6 is written.</summary>
    MarkingClosed,

    /// <summary>Waits until the other end has let go of everything.</summary>
    AwaitingPeerClosed,

    /// <summary>The driver gives back rings, grants and ports.</summary>
    Releasing,

    /// <summary>Over.</summary>
    Ended,
}
