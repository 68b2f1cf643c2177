using Xen.Grants;
using Xen.Platform;
using Xen.Rings;

namespace Xen.Netback;

/// <summary>Memory of a queue out of the guest-wide page budget (R8).</summary>
internal static class NetbackMemory
{
    /// <summary>Allocates pages; fewer when the budget is short, down to one frame of the largest size at a time.</summary>
    /// <exception cref="XenException">Even those are not there.</exception>
    public static LocalPages Allocate(IGrantTable grants, int pageCount)
    {
        while (true)
        {
            try
            {
                return grants.AllocateLocal(pageCount);
            }
            catch (XenException exception) when (exception.ErrorCode == XenErrno.ENOMEM && pageCount > Netif.MaxSlots)
            {
                pageCount = Math.Max(pageCount / 2, Netif.MaxSlots);
            }
        }
    }
}
