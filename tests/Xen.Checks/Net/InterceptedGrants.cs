using Xen.Grants;
using Xen.Platform;

namespace Xen.Checks.Net;

/// <summary>A domain's grant table, with something that happens before copies: what a peer on another processor does meanwhile.</summary>
/// <param name="grants">The grant table.</param>
/// <param name="beforeCopy">Told how many copies.</param>
internal sealed class InterceptedGrants(IGrantTable grants, Action<int> beforeCopy) : IGrantTable
{
    public uint Epoch => grants.Epoch;

    public GrantCapacity Capacity => grants.Capacity;

    public IPageGranting? PageGranting => grants.PageGranting;

    public GrantedPages Allocate(DomainId peer, int pageCount, GrantAccess access) => grants.Allocate(peer, pageCount, access);

    public RevokeResult Revoke(GrantedPages pages) => grants.Revoke(pages);

    public MappedGrants Map(DomainId peer, ReadOnlySpan<GrantRef> refs, GrantAccess access) => grants.Map(peer, refs, access);

    public void Copy(Span<GrantCopy> operations)
    {
        beforeCopy(operations.Length);
        grants.Copy(operations);
    }

    public LocalPages AllocateLocal(int pageCount) => grants.AllocateLocal(pageCount);
}
