namespace Xen.Rings;

/// <summary>Status of a response (<c>NETIF_RSP_*</c>).</summary>
public enum NetifStatus : short
{
    /// <summary>Nothing is said: the answer to a slot of extra info.</summary>
    Null = 1,

    /// <summary>Done.</summary>
    Okay = 0,

    /// <summary>An error.</summary>
    Error = -1,

    /// <summary>Dropped.</summary>
    Dropped = -2,
}
