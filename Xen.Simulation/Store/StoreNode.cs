using System.Collections.Immutable;
using Xen.Platform;
using Xen.Store;

namespace Xen.Simulation;

/// <summary>A node. Immutable: a change is another node with a higher generation.</summary>
internal sealed record StoreNode(
    byte[] Value,
    ImmutableArray<StorePermission> Permissions,
    ImmutableSortedSet<string> Children,
    ulong Generation)
{
    // As Xen's daemon stores it: a header and 8 bytes a permission (struct xs_tdb_record_hdr).
    private const int HeaderBytes = 24;
    private const int PermissionBytes = 8;

    public static ImmutableSortedSet<string> NoChildren { get; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    public DomainId Owner => Permissions[0].Domain;

    /// <summary>The names of the children, each with its NUL, as lists go over the wire.</summary>
    public int ChildrenBytes => Children.Sum(name => name.Length + 1);

    public int Bytes => HeaderBytes + (Permissions.Length * PermissionBytes) + Value.Length + ChildrenBytes;

    /// <summary>What a domain may do here, if it is neither privileged nor the owner.</summary>
    public StoreAccessRights RightsOf(DomainId domain)
    {
        foreach (StorePermission permission in Permissions.AsSpan()[1..])
        {
            if (permission.Domain == domain)
            {
                return permission.Rights;
            }
        }

        return Permissions[0].Rights;
    }
}
