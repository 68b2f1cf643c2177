using Xen.Grants;
using Xen.Platform;

namespace Xen.Netfront;

/// <summary>
/// Pages that are granted for one answer each and revoked before anybody reads them (R7): no copy. What a page holds when it is granted
/// again, the same back end wrote there, so it learns nothing from it (R16).
/// </summary>
internal sealed unsafe class RevokedReceivePages : ReceivePages
{
    private readonly IPageGranting _granting;
    private readonly uint _epoch;
    private readonly DomainId _peer;
    private readonly GrantRef?[] _references;

    public RevokedReceivePages(IPageGranting granting, uint epoch, LocalPages memory, DomainId peer)
        : base(memory)
    {
        _granting = granting;
        _epoch = epoch;
        _peer = peer;
        _references = new GrantRef?[memory.PageCount];
    }

    protected override bool TryGrant(int page, out GrantRef reference)
    {
        if (!_granting.TryGrant(_peer, this[page].Address, GrantAccess.ReadWrite, _epoch, out reference))
        {
            return false;
        }

        _references[page] = reference;
        return true;
    }

    protected override bool TryMakePrivate(int page, int offset, int length)
    {
        GrantRef reference = _references[page]!.Value;
        _references[page] = null;
        return _granting.EndAccess(reference, _epoch) != RevokeResult.Busy;
    }

    protected override void RevokeAll()
    {
        for (int page = 0; page < _references.Length; page++)
        {
            if (_references[page] is not null)
            {
                TryMakePrivate(page, 0, 0);
            }
        }
    }
}
