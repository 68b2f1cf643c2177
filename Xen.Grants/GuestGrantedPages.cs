using Xen.Platform;

namespace Xen.Grants;

/// <summary>Granted pages of a <see cref="GuestGrantTable"/>.</summary>
internal sealed unsafe class GuestGrantedPages(
    GuestGrantTable table, DomainId peer, GrantAccess access, byte* address, GrantRef[] refs, uint epoch)
    : GrantedPages(peer, access, address, refs, epoch)
{
    /// <summary>What the first revocation said, for those that come later.</summary>
    public RevokeResult Result { get; private set; }

    public void Release(RevokeResult result, string releasedBy)
    {
        Result = result;
        Invalidate(releasedBy);
    }

    protected override void AssertAccess() => table.AssertCurrent();
}
