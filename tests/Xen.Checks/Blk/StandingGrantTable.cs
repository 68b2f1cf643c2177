using Xen.Grants;
using Xen.Platform;

namespace Xen.Checks.Blk;

/// <summary>A grant table that cannot grant a page again, as Linux's cannot.</summary>
internal sealed class StandingGrantTable(IGrantTable inner) : IGrantTable
{
    public uint Epoch => inner.Epoch;

    public GrantCapacity Capacity => inner.Capacity;

    public IPageGranting? PageGranting => null;

    public GrantedPages Allocate(DomainId peer, int pageCount, GrantAccess access) => inner.Allocate(peer, pageCount, access);

    public RevokeResult Revoke(GrantedPages pages) => inner.Revoke(pages);

    public MappedGrants Map(DomainId peer, ReadOnlySpan<GrantRef> refs, GrantAccess access) => inner.Map(peer, refs, access);

    public void Copy(Span<GrantCopy> operations) => inner.Copy(operations);

    public LocalPages AllocateLocal(int pageCount) => inner.AllocateLocal(pageCount);
}
