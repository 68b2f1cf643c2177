using Xen.Platform.Abi;

namespace Xen.Simulation.Machine;

/// <summary>What flags and domain of an entry say, in both versions.</summary>
internal static class GrantHeader
{
    /// <summary>True when the entry lets the domain use its page. Entries for transfer and transitive ones let nobody in: this machine has neither.</summary>
    public static bool LetsIn(uint header, ushort grantee, bool isWrite)
    {
        var flags = (GrantEntryFlags)(ushort)header;
        bool isOpen = (flags & GrantEntryFlags.Transitive) == GrantEntryFlags.PermitAccess && header >> 16 == grantee;
        return isOpen && !(isWrite && (flags & GrantEntryFlags.ReadOnly) != 0);
    }
}
