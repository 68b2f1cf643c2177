using Xen.Grants;

namespace Xen.Blkfront;

/// <summary>
/// The pages that carry data. The first <see cref="CopyPageCount"/> are for callers' buffers and are taken one by one; those that follow
/// lie side by side and are what <see cref="ReservedBuffers"/> hands out.
/// </summary>
internal abstract unsafe class DataPages
{
    // Last in, first out: the page that was used last is still in the cache.
    private readonly int[] _free;

    // Holds data of a write, which no later request may show (R16). What a read left there came from the backend itself.
    private readonly bool[] _isWritten;

    protected DataPages(int copyPageCount)
    {
        _free = new int[copyPageCount];
        _isWritten = new bool[copyPageCount];
        for (int page = 0; page < copyPageCount; page++)
        {
            Give(copyPageCount - 1 - page);
        }
    }

    /// <summary>How many pages are for callers' buffers.</summary>
    public int CopyPageCount => _free.Length;

    /// <summary>How many of these are free.</summary>
    public int FreeCount { get; private set; }

    /// <summary>How many pages can be reserved.</summary>
    public abstract int ReservedPageCount { get; }

    /// <summary>
    /// True when copy pages stay granted, so that the backend may keep them mapped; reserved pages are private then, and their data is copied as any
    /// other. False when each page, also a reserved one, is granted for one request.
    /// </summary>
    public abstract bool StaysGranted { get; }

    /// <summary>Where the reserved pages begin.</summary>
    public abstract byte* ReservedAddress { get; }

    /// <summary>Where a page is.</summary>
    public abstract byte* Address(int page);

    /// <summary>Lets the backend reach a page.</summary>
    public abstract bool TryGrant(int page, GrantAccess access, out uint reference);

    /// <summary>Takes that back.</summary>
    public abstract RevokeResult EndAccess(int page);

    /// <summary>The reference that a page was granted with last, for messages.</summary>
    public abstract uint ReferenceOf(int page);

    /// <summary>Gives all pages back to the guest. Every access was ended, or was busy.</summary>
    /// <returns>How many turned out to be busy only now.</returns>
    public abstract int Release();

    /// <summary>Takes a free page.</summary>
    public int Take() => _free[--FreeCount];

    /// <summary>Gives a page back whose access was ended.</summary>
    public void Give(int page) => _free[FreeCount++] = page;

    /// <summary>Prepares a page for a read: nothing of an earlier write stays in it.</summary>
    public void Clean(int page)
    {
        if (_isWritten[page])
        {
            new Span<byte>(Address(page), GrantedPages.PageSize).Clear();
            _isWritten[page] = false;
        }
    }

    /// <summary>A page for a write: the caller fills the first bytes, the rest is zero.</summary>
    public Span<byte> PrepareWrite(int page, int length)
    {
        var bytes = new Span<byte>(Address(page), GrantedPages.PageSize);
        bytes[length..].Clear();
        _isWritten[page] = true;
        return bytes[..length];
    }
}
