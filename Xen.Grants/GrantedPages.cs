using Xen.Platform;

namespace Xen.Grants;

/// <summary>
/// Pages of this guest that a peer may reach: zeroed before the first grant (XSA-403, R16), contiguous here, one reference a page.
/// Owned by whoever allocated them, given back through <see cref="IGrantTable.Revoke"/>.
/// </summary>
public abstract unsafe class GrantedPages
{
    /// <summary>Bytes in a page.</summary>
    public const int PageSize = 4096;

    private readonly GrantRef[] _refs;
    private byte* _address;

    /// <summary>For grant tables: describes pages that have been granted.</summary>
    /// <param name="peer">Who may reach them.</param>
    /// <param name="access">What the peer may do.</param>
    /// <param name="address">Where they are here.</param>
    /// <param name="refs">One reference for each page, in order.</param>
    /// <param name="epoch">The guest's epoch.</param>
    protected GrantedPages(DomainId peer, GrantAccess access, byte* address, GrantRef[] refs, uint epoch)
    {
        ArgumentNullException.ThrowIfNull(refs);
        Peer = peer;
        Access = access;
        Epoch = epoch;
        _address = address;
        _refs = refs;
    }

    /// <summary>Who may reach the pages.</summary>
    public DomainId Peer { get; }

    /// <summary>What the peer may do.</summary>
    public GrantAccess Access { get; }

    /// <summary>The epoch of the grants.</summary>
    public uint Epoch { get; }

    /// <summary>How many pages.</summary>
    public int PageCount => _refs.Length;

    /// <summary>Bytes in all.</summary>
    public int Length => _refs.Length * PageSize;

    /// <summary>One reference for each page, in order.</summary>
    public ReadOnlySpan<GrantRef> Refs => _refs;

    /// <summary>Why the pages cannot be used any more, or <see langword="null"/> while they can.</summary>
    public string? ReleasedBy { get; private set; }

    /// <summary>The first byte. Shared with the peer: copy once, validate the copy.</summary>
    /// <exception cref="ObjectDisposedException">The pages were revoked; the message says for whom they were and who released them.</exception>
    public byte* Address
    {
        get
        {
            AssertAccess();
            return _address is not null ? _address : throw Released();
        }
    }

    /// <summary>The bytes of one page.</summary>
    /// <param name="page">0 to <see cref="PageCount"/> - 1.</param>
    /// <exception cref="ObjectDisposedException">The pages were revoked.</exception>
    public Span<byte> Page(int page)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(page);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(page, PageCount);
        return new Span<byte>(Address + ((long)page * PageSize), PageSize);
    }

    /// <summary>All the bytes.</summary>
    /// <exception cref="ObjectDisposedException">The pages were revoked.</exception>
    public Span<byte> Bytes => new(Address, Length);

    /// <summary>For grant tables: no use from here on.</summary>
    /// <param name="releasedBy">Who released them, for the error that a late user gets.</param>
    protected void Invalidate(string releasedBy)
    {
        ReleasedBy = releasedBy;
        _address = null;
    }

    /// <summary>For grant tables: refuses use from outside the guest's scheduler, where a host can tell.</summary>
    protected virtual void AssertAccess()
    {
    }

    private ObjectDisposedException Released() =>
        new(nameof(GrantedPages), $"{PageCount} pages granted to {Peer} (first {_refs[0]}) were released by {ReleasedBy}.");
}
