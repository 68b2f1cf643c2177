using Xen.Platform;

namespace Xen.Grants;

/// <summary>Mapped pages of a <see cref="GuestGrantTable"/>.</summary>
internal sealed unsafe class GuestMappedGrants(
    GuestGrantTable table, DomainId peer, byte* address, GrantRef[] refs, uint epoch, ulong firstFrame, uint[] handles)
    : MappedGrants(peer, address, refs, epoch)
{
    protected override void Unmap(byte* address) => table.Unmap(Epoch, firstFrame, handles);

    protected override void AssertAccess() => table.AssertCurrent();
}
