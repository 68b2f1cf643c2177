using Xen.Grants;
using Xen.Platform;

namespace Xen.Blkfront;

/// <summary>Pages that are granted for one request each: what a caller sees afterwards is the guest's alone.</summary>
internal sealed unsafe class RegrantedPages : DataPages
{
    private readonly IPageGranting _granting;
    private readonly uint _epoch;
    private readonly DomainId _peer;
    private readonly LocalPages _pages;
    private readonly GrantRef[] _references;
    private readonly byte* _address;

    public RegrantedPages(IPageGranting granting, uint epoch, DomainId peer, LocalPages pages, int reservedPageCount)
        : base(pages.PageCount - reservedPageCount)
    {
        _granting = granting;
        _epoch = epoch;
        _peer = peer;
        _pages = pages;
        _address = pages.Address;
        _references = new GrantRef[pages.PageCount];
        ReservedPageCount = reservedPageCount;
    }

    public override int ReservedPageCount { get; }

    public override bool StaysGranted => false;

    public override byte* ReservedAddress => Address(CopyPageCount);

    public override byte* Address(int page) => _address + ((long)page * GrantedPages.PageSize);

    public override bool TryGrant(int page, GrantAccess access, out uint reference)
    {
        bool isGranted = _granting.TryGrant(_peer, Address(page), access, _epoch, out GrantRef granted);
        _references[page] = granted;
        reference = granted.Value;
        return isGranted;
    }

    public override RevokeResult EndAccess(int page) => _granting.EndAccess(_references[page], _epoch);

    public override uint ReferenceOf(int page) => _references[page].Value;

    public override int Release()
    {
        _pages.Dispose();
        // Those that are busy were seen when their access ended.
        return 0;
    }
}
