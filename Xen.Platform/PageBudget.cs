namespace Xen.Platform;

/// <summary>
/// How many pages all devices of a guest may use together (R8). A pool reserves from it before it tells its peer anything, so that a
/// guest that runs short has fewer buffers or queues, not a broken device.
/// </summary>
public sealed class PageBudget
{
    /// <summary>Makes a budget.</summary>
    /// <param name="totalPages">The limit, at least 1.</param>
    public PageBudget(int totalPages)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(totalPages);
        TotalPages = totalPages;
    }

    /// <summary>The limit.</summary>
    public int TotalPages { get; }

    /// <summary>Pages reserved now.</summary>
    public int UsedPages { get; private set; }

    /// <summary>Pages that can still be reserved.</summary>
    public int AvailablePages => TotalPages - UsedPages;

    /// <summary>Reserves pages.</summary>
    /// <param name="pageCount">How many, not negative.</param>
    /// <returns>False, and nothing reserved, when so many are not left.</returns>
    public bool TryReserve(int pageCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(pageCount);
        if (pageCount > AvailablePages)
        {
            return false;
        }

        UsedPages += pageCount;
        return true;
    }

    /// <summary>Gives reserved pages back.</summary>
    /// <param name="pageCount">How many.</param>
    /// <exception cref="ArgumentOutOfRangeException">More than are reserved: something was given back twice.</exception>
    public void Release(int pageCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(pageCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pageCount, UsedPages);
        UsedPages -= pageCount;
    }

    /// <inheritdoc />
    public override string ToString() => $"{UsedPages} of {TotalPages} pages";
}
