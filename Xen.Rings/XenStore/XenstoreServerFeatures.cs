namespace Xen.Rings;

/// <summary>What a xenstore daemon can do (<c>XENSTORE_SERVER_FEATURE_*</c>).</summary>
[Flags]
public enum XenstoreServerFeatures
{
    /// <summary>Nothing beyond the basics.</summary>
    None = 0,

    /// <summary>The guest may ask for a fresh start of the ring.</summary>
    Reconnection = 1,

    /// <summary>The daemon says in the error field why it gave up.</summary>
    Error = 2,

    /// <summary>WATCH takes a depth.</summary>
    WatchDepth = 4,

    /// <summary>Domain ids in permissions are checked for being the same domain.</summary>
    DomidAny = 8,
}
