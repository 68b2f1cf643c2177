namespace Xen.Grants;

/// <summary>How many pages a guest can grant.</summary>
/// <param name="Total">The limit: the table's references, or gntalloc's (1,024 pages for a whole Linux system by default).</param>
/// <param name="InUse">Pages granted now.</param>
/// <param name="Quarantined">Pages that a peer does not let go of (R7); a part of <paramref name="InUse"/>.</param>
public readonly record struct GrantCapacity(int Total, int InUse, int Quarantined)
{
    /// <summary>Pages that can still be granted.</summary>
    public int Available => Total - InUse;
}
