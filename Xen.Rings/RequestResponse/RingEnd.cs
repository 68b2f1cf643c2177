namespace Xen.Rings;

/// <summary>Which end of a ring.</summary>
public enum RingEnd
{
    /// <summary>The frontend: produces requests, consumes responses.</summary>
    Front,

    /// <summary>The backend: consumes requests, produces responses.</summary>
    Back,
}
