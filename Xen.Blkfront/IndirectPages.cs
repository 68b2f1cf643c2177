using System.Runtime.InteropServices;
using Xen.Grants;
using Xen.Rings;

namespace Xen.Blkfront;

/// <summary>Pages of segments, granted for as long as the connection lasts. They hold nothing but references that the backend was given.</summary>
internal sealed unsafe class IndirectPages
{
    private readonly GrantedPages _pages;
    private readonly int[] _free;

    public IndirectPages(GrantedPages pages)
    {
        _pages = pages;
        _free = new int[pages.PageCount];
        for (int page = 0; page < pages.PageCount; page++)
        {
            Give(page);
        }
    }

    public GrantedPages Pages => _pages;

    public int FreeCount { get; private set; }

    /// <summary>Takes a page and fills it.</summary>
    public int Take(ReadOnlySpan<BlkifRequestSegment> segments)
    {
        int page = _free[--FreeCount];
        // Only ever written here: what the backend makes of it is its own affair.
        DirectMemory.CopyTo(_pages.Address + ((long)page * GrantedPages.PageSize), MemoryMarshal.AsBytes(segments));
        return page;
    }

    public uint ReferenceOf(int page) => _pages.Refs[page].Value;

    public void Give(int page) => _free[FreeCount++] = page;
}
