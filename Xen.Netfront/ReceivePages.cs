using Xen.Devices;
using Xen.Grants;

namespace Xen.Netfront;

/// <summary>
/// The pages that a queue receives into. A page is free, posted to the back end, or with a frame; the bytes that a frame shows are always
/// private: no peer can write them any more.
/// </summary>
internal abstract unsafe class ReceivePages
{
    private readonly LocalPages _memory;
    private readonly ReceivePage[] _pages;
    private readonly int[] _free;
    private int _freeCount;
    private int _withFrames;
    private bool _isClosed;

    protected ReceivePages(LocalPages memory)
    {
        _memory = memory;
        _pages = new ReceivePage[memory.PageCount];
        _free = new int[memory.PageCount];
        for (int i = 0; i < _pages.Length; i++)
        {
            _pages[i] = new ReceivePage(i, memory.Address + ((long)i * GrantedPages.PageSize), GrantedPages.PageSize);
            _free[_freeCount++] = _pages.Length - 1 - i;
        }
    }

    /// <summary>How many pages.</summary>
    public int Count => _pages.Length;

    /// <summary>Bytes that were copied to become private.</summary>
    public long CopiedBytes { get; protected set; }

    /// <summary>A page.</summary>
    public ReceivePage this[int page] => _pages[page];

    /// <summary>Grants a free page to the back end.</summary>
    /// <returns>False when none is free, or no more can be granted.</returns>
    public bool TryPost(out int page, out GrantRef reference)
    {
        page = -1;
        reference = default;
        if (_freeCount == 0 || !TryGrant(_free[_freeCount - 1], out reference))
        {
            return false;
        }

        page = _free[--_freeCount];
        return true;
    }

    /// <summary>Makes a page private that the back end has answered. It is with a frame then, until <see cref="Return"/>.</summary>
    /// <param name="page">A posted page.</param>
    /// <param name="offset">Where the received bytes are.</param>
    /// <param name="length">How many.</param>
    /// <returns>False when the back end does not let go of it: the page is lost to quarantine (R7).</returns>
    public bool TryTakeBack(int page, int offset, int length)
    {
        if (!TryMakePrivate(page, offset, length))
        {
            return false;
        }

        _withFrames++;
        return true;
    }

    /// <summary>Frees a page that was with a frame. After <see cref="Close"/> the last one gives the memory back to the guest.</summary>
    public void Return(int page)
    {
        _free[_freeCount++] = page;
        _withFrames--;
        ReleaseWhenUnused();
    }

    /// <summary>Ends every grant. Frames that are held stay readable; pages that the back end does not let go of, the grant table keeps (R7).</summary>
    public void Close()
    {
        _isClosed = true;
        RevokeAll();
        ReleaseWhenUnused();
    }

    protected abstract bool TryGrant(int page, out GrantRef reference);

    protected abstract bool TryMakePrivate(int page, int offset, int length);

    /// <summary>Ends the grants of posted pages.</summary>
    protected abstract void RevokeAll();

    private void ReleaseWhenUnused()
    {
        if (_isClosed && _withFrames == 0)
        {
            _memory.Dispose();
        }
    }
}
