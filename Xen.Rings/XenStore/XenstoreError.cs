namespace Xen.Rings;

/// <summary>Why the daemon gave a connection up (<c>XENSTORE_ERROR_*</c>).</summary>
public enum XenstoreError
{
    /// <summary>It did not.</summary>
    None = 0,

    /// <summary>Communication failed.</summary>
    Comm = 1,

    /// <summary>An index of the ring is impossible.</summary>
    RingIdx = 2,

    /// <summary>A message broke the protocol.</summary>
    Proto = 3,
}
