using Xen.Grants;
using Xen.Platform;

namespace Xen.Linux;

/// <summary>Pages that gntalloc made.</summary>
internal sealed unsafe class LinuxGrantedPages : GrantedPages
{
    internal LinuxGrantedPages(LinuxGrantTable table, DomainId peer, GrantAccess access, byte* address, GrantRef[] refs, ulong index)
        : base(peer, access, address, refs, table.Epoch)
    {
        Table = table;
        Index = index;
    }

    internal LinuxGrantTable Table { get; }

    /// <summary>gntalloc's name for them: the offset on its device.</summary>
    internal ulong Index { get; }

    /// <summary>No use from here on.</summary>
    internal void Release(string releasedBy) => Invalidate(releasedBy);
}
