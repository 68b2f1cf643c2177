namespace Xen.Grants;

/// <summary>Local pages of a <see cref="GuestGrantTable"/>.</summary>
internal sealed unsafe class GuestLocalPages(GuestGrantTable table, byte* address, int pageCount) : LocalPages(address, pageCount)
{
    protected override void Release(byte* address) => table.ReleaseLocal(address, PageCount);

    protected override void AssertAccess() => table.AssertCurrent();
}
