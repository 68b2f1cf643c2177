using Xen.Platform;

namespace Xen.Grants;

/// <summary>
/// Granting of single pages again and again: what a table over hypercalls can do and Linux's gntalloc cannot.
/// This is the data path: no allocation, no exception.
/// </summary>
public unsafe interface IPageGranting
{
    /// <summary>Grants one page of a <see cref="LocalPages"/>.</summary>
    /// <param name="peer">Who may reach it.</param>
    /// <param name="page">The page's first byte, page-aligned.</param>
    /// <param name="access">What the peer may do.</param>
    /// <param name="epoch">The table's epoch in which the holder lives: <see cref="IGrantTable.Epoch"/> when it connected (R19).</param>
    /// <param name="reference">The reference.</param>
    /// <returns>False when the table is full, or the epoch is over.</returns>
    bool TryGrant(DomainId peer, byte* page, GrantAccess access, uint epoch, out GrantRef reference);

    /// <summary>
    /// Ends a grant. On <see cref="RevokeResult.Busy"/> the reference is in quarantine and the page must not be reused;
    /// <see cref="IsIdle"/> tells when it may.
    /// </summary>
    /// <param name="reference">A reference from <see cref="TryGrant"/>.</param>
    /// <param name="epoch">The epoch that it was granted in. When that is over the reference may be somebody else's, and nothing is done (R19).</param>
    RevokeResult EndAccess(GrantRef reference, uint epoch);

    /// <summary>True when a reference that was busy has been let go of and revoked meanwhile.</summary>
    /// <param name="reference">A reference for which <see cref="EndAccess"/> said busy. Once this is true, the reference is the table's again.</param>
    /// <param name="epoch">The epoch that it was granted in; when that is over, nobody has the page.</param>
    bool IsIdle(GrantRef reference, uint epoch);
}
