namespace Xen.Grants;

/// <summary>What became of a revocation.</summary>
public enum RevokeResult
{
    /// <summary>The peer has no access any more; the pages are the guest's alone.</summary>
    Revoked,

    /// <summary>
    /// The peer still maps the pages. They and their references are in quarantine: never reused, retried with back-off, counted (R7).
    /// </summary>
    Busy,

    /// <summary>The host's kernel frees the pages when the peer unmaps them (Linux gntalloc). The guest must not touch them again.</summary>
    Deferred,

    /// <summary>The pages are of an older epoch: their grants vanished with the old domain.</summary>
    Stale,
}
