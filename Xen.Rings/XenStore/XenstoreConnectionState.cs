namespace Xen.Rings;

/// <summary>The state of the shared ring (<c>XENSTORE_CONNECTED</c>, <c>XENSTORE_RECONNECT</c>).</summary>
public enum XenstoreConnectionState
{
    /// <summary>In use.</summary>
    Connected = 0,

    /// <summary>Being set up anew: nothing else of the page means anything.</summary>
    Reconnect = 1,
}
