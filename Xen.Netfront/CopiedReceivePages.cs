using Xen.Grants;

namespace Xen.Netfront;

/// <summary>
/// For hosts that cannot grant single pages again and again (Linux): the grants stay, and what the back end put into a granted page is
/// copied once into a private page.
/// </summary>
internal sealed class CopiedReceivePages : ReceivePages
{
    private readonly IGrantTable _grants;
    private readonly GrantedPages _granted;
    private readonly int[] _freeGranted;
    private readonly int[] _grantedOf;
    private int _freeGrantedCount;

    public CopiedReceivePages(IGrantTable grants, GrantedPages granted, LocalPages memory)
        : base(memory)
    {
        _grants = grants;
        _granted = granted;
        _freeGranted = new int[granted.PageCount];
        _grantedOf = new int[memory.PageCount];
        for (int i = 0; i < _freeGranted.Length; i++)
        {
            _freeGranted[_freeGrantedCount++] = i;
        }
    }

    protected override bool TryGrant(int page, out GrantRef reference)
    {
        reference = default;
        if (_freeGrantedCount == 0)
        {
            return false;
        }

        int granted = _freeGranted[--_freeGrantedCount];
        _grantedOf[page] = granted;
        reference = _granted.Refs[granted];
        return true;
    }

    protected override unsafe bool TryMakePrivate(int page, int offset, int length)
    {
        int granted = _grantedOf[page];
        _granted.Page(granted).Slice(offset, length).CopyTo(new Span<byte>(this[page].Address + offset, length));
        CopiedBytes += length;
        _freeGranted[_freeGrantedCount++] = granted;
        return true;
    }

    protected override void RevokeAll() => _grants.Revoke(_granted);
}
