using Xen.Platform.Abi;
using Xen.Rings;

namespace Xen.Grants;

/// <summary>How a guest takes back a grant of version 2, whose marks stand apart from its flags (xen-protocols 1.6).</summary>
internal static unsafe class GrantStatusWord
{
    private const GrantEntryFlags InUse = GrantEntryFlags.Reading | GrantEntryFlags.Writing;

    /// <summary>Clears an entry's flags. True when nobody uses the page; from then on nobody can.</summary>
    /// <param name="flags">The entry's flags, which the guest alone writes.</param>
    /// <param name="status">Its status word, which Xen writes.</param>
    public static bool TryRevoke<TMemory>(ushort* flags, ushort* status)
        where TMemory : struct, ISharedMemory
    {
        TMemory.StoreUInt16(flags, 0);
        // Partner: Xen marks the use before it looks at the flags once more, we clear the flags before we look for a mark: either Xen sees that the
        // entry is gone and takes its mark back, or we see the mark.
        TMemory.FullFence();
        // An acquire, so that what the peer wrote is seen by whoever gets the page.
        return ((GrantEntryFlags)TMemory.LoadUInt16(status) & InUse) == 0;
    }
}
