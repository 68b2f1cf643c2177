namespace Xen.Rings;

/// <summary>The states of one end of a device, as written in its <c>state</c> node (public <c>io/xenbus.h</c>, xen-protocols 1.10).</summary>
public enum XenbusState
{
    /// <summary>No state, or none that can be read.</summary>
    Unknown = 0,

    /// <summary>The end starts.</summary>
    Initialising = 1,

    /// <summary>The back end has said what it can do and waits for the front end's keys.</summary>
    InitWait = 2,

    /// <summary>The front end has written its keys and waits for the back end.</summary>
    Initialised = 3,

    /// <summary>In use.</summary>
    Connected = 4,

    /// <summary>The end wants to stop; no new requests.</summary>
    Closing = 5,

    /// <summary>Stopped; nothing of the peer is in use any more.</summary>
    Closed = 6,

    /// <summary>A running device is being changed.</summary>
    Reconfiguring = 7,

    /// <summary>The change is done.</summary>
    Reconfigured = 8,
}
