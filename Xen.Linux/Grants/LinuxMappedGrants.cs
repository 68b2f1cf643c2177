using Xen.Grants;
using Xen.Platform;

namespace Xen.Linux;

/// <summary>A peer's pages, mapped through gntdev.</summary>
internal sealed unsafe class LinuxMappedGrants : MappedGrants
{
    internal LinuxMappedGrants(LinuxGrantTable table, DomainId peer, byte* address, GrantRef[] refs, ulong index)
        : base(peer, address, refs, table.Epoch)
    {
        Table = table;
        Index = index;
    }

    internal LinuxGrantTable Table { get; }

    /// <summary>gntdev's name for them: the offset on its device.</summary>
    internal ulong Index { get; }

    protected override void Unmap(byte* address) => Table.Unmap(this, address);
}
