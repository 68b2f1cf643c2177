namespace Xen.Store;

/// <summary>Why a connection ended. The first reason counts.</summary>
public enum XenbusEndReason
{
    /// <summary>It has not ended.</summary>
    None,

    /// <summary>This end closed it.</summary>
    Requested,

    /// <summary>The other end closed, or vanished.</summary>
    PeerClosed,

    /// <summary>The other end started anew without closing.</summary>
    PeerRestarted,

    /// <summary>The toolstack gave the device another peer.</summary>
    PeerMoved,

    /// <summary>The toolstack asked for the end.</summary>
    ToolstackClosed,

    /// <summary>The toolstack removed the device.</summary>
    Removed,

    /// <summary>The other end took too long.</summary>
    TimedOut,

    /// <summary>Something failed here or the other end broke the protocol; there is an exception.</summary>
    Failed,
}
