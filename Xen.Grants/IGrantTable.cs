using Xen.Platform;

namespace Xen.Grants;

/// <summary>
/// Sharing of memory with other domains. A front end allocates pages that its peer may reach; a back end maps or copies the
/// pages of its peer. No driver sees a frame number. All members are called on the guest's scheduler.
/// </summary>
public interface IGrantTable
{
    /// <summary>The epoch that new grants and mappings belong to.</summary>
    uint Epoch { get; }

    /// <summary>How much can be granted, and is.</summary>
    GrantCapacity Capacity { get; }

    /// <summary>
    /// Re-granting of pages that the guest has already, or <see langword="null"/> on hosts that cannot (Linux). Where it is there, a driver
    /// hands out revoked pages without a copy; where it is not, it keeps its grants and copies.
    /// </summary>
    IPageGranting? PageGranting { get; }

    /// <summary>Allocates zeroed, contiguous pages and grants them.</summary>
    /// <param name="peer">Who may reach them.</param>
    /// <param name="pageCount">How many, at least 1.</param>
    /// <param name="access">What the peer may do.</param>
    /// <exception cref="XenException">The table, the host's limit or the page budget is used up (<see cref="XenErrno.ENOSPC"/>); the message names the limit.</exception>
    GrantedPages Allocate(DomainId peer, int pageCount, GrantAccess access);

    /// <summary>Takes pages back. On <see cref="RevokeResult.Busy"/> and <see cref="RevokeResult.Deferred"/> the table keeps them; the caller must not touch them again.</summary>
    /// <param name="pages">Pages of this table. Revoking twice does nothing and returns the same.</param>
    RevokeResult Revoke(GrantedPages pages);

    /// <summary>Maps pages of a peer, contiguous and in order; all or none.</summary>
    /// <param name="peer">Whose pages.</param>
    /// <param name="refs">Its references.</param>
    /// <param name="access">What this guest needs.</param>
    /// <exception cref="XenException">A reference is not ours to map; the message names it and Xen's status.</exception>
    MappedGrants Map(DomainId peer, ReadOnlySpan<GrantRef> refs, GrantAccess access);

    /// <summary>Copies in one batch. Each operation gets its own <see cref="GrantCopy.Status"/>; none throws.</summary>
    /// <param name="operations">Any number, carried out in order, save those that Xen wants tried again: they come last.</param>
    void Copy(Span<GrantCopy> operations);

    /// <summary>Allocates zeroed, contiguous, page-aligned memory that copies can use and that nobody else can reach.</summary>
    /// <param name="pageCount">How many pages, at least 1.</param>
    /// <exception cref="XenException">The page budget is used up (<see cref="XenErrno.ENOMEM"/>).</exception>
    LocalPages AllocateLocal(int pageCount);
}
