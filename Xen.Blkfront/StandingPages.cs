using Xen.Grants;

namespace Xen.Blkfront;

/// <summary>
/// Pages that stay granted for as long as the connection lasts: where the host cannot grant a page again (Linux), or on request
/// (<see cref="BlkfrontOptions.KeepGrants"/>). The backend can write them at any time, so callers get a private copy of everything.
/// </summary>
internal sealed unsafe class StandingPages(IGrantTable grants, GrantedPages pages, LocalPages? reserved) : DataPages(pages.PageCount)
{
    private readonly byte* _address = pages.Address;

    public override int ReservedPageCount => reserved?.PageCount ?? 0;

    public override bool StaysGranted => true;

    public override byte* ReservedAddress => reserved is null ? null : reserved.Address;

    public override byte* Address(int page) => _address + ((long)page * GrantedPages.PageSize);

    public override bool TryGrant(int page, GrantAccess access, out uint reference)
    {
        reference = pages.Refs[page].Value;
        return true;
    }

    public override RevokeResult EndAccess(int page) => RevokeResult.Revoked;

    public override uint ReferenceOf(int page) => pages.Refs[page].Value;

    public override int Release()
    {
        RevokeResult result = grants.Revoke(pages);
        reserved?.Dispose();
        return result == RevokeResult.Busy ? pages.PageCount : 0;
    }
}
