namespace Xen.Grants;

/// <summary>
/// Page-aligned, zeroed memory of the guest that grants and copies can use, from the guest-wide page budget (R8).
/// Not granted to anybody.
/// </summary>
public abstract unsafe class LocalPages : IDisposable
{
    private byte* _address;

    /// <summary>For grant tables: describes pages.</summary>
    /// <param name="address">The first byte.</param>
    /// <param name="pageCount">How many pages.</param>
    protected LocalPages(byte* address, int pageCount)
    {
        _address = address;
        PageCount = pageCount;
    }

    /// <summary>How many pages.</summary>
    public int PageCount { get; }

    /// <summary>Bytes in all.</summary>
    public int Length => PageCount * GrantedPages.PageSize;

    /// <summary>The first byte.</summary>
    /// <exception cref="ObjectDisposedException">The pages were released.</exception>
    public byte* Address
    {
        get
        {
            AssertAccess();
            return _address is not null ? _address : throw new ObjectDisposedException(nameof(LocalPages), $"{PageCount} local pages were released.");
        }
    }

    /// <summary>All the bytes.</summary>
    /// <exception cref="ObjectDisposedException">The pages were released.</exception>
    public Span<byte> Bytes => new(Address, Length);

    /// <summary>Gives the pages back to the guest. Idempotent. They must not be granted any more.</summary>
    public void Dispose()
    {
        if (_address is null)
        {
            return;
        }

        Release(_address);
        _address = null;
        GC.SuppressFinalize(this);
    }

    /// <summary>For grant tables: takes the pages back.</summary>
    /// <param name="address">The first byte.</param>
    protected abstract void Release(byte* address);

    /// <summary>For grant tables: refuses use from outside the guest's scheduler, where a host can tell.</summary>
    protected virtual void AssertAccess()
    {
    }
}
