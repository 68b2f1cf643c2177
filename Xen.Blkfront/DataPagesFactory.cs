using Xen.Grants;
using Xen.Platform;

namespace Xen.Blkfront;

/// <summary>Takes the pages for data: as many as wanted, or half of that, and so on, while the guest is short of them.</summary>
internal static class DataPagesFactory
{
    public static DataPages Make(IGrantTable grants, DomainId peer, BlkfrontOptions options)
    {
        int copyPages = options.CopyPages;
        int reservedPages = options.ReservedPages;
        while (true)
        {
            try
            {
                return options.KeepGrants || grants.PageGranting is not { } granting
                    ? MakeStanding(grants, peer, copyPages, reservedPages)
                    : new RegrantedPages(granting, grants.Epoch, peer, grants.AllocateLocal(copyPages + reservedPages), reservedPages);
            }
            catch (XenException exception) when (IsShortage(exception) && copyPages > 1)
            {
                copyPages /= 2;
                reservedPages /= 2;
            }
        }
    }

    private static bool IsShortage(XenException exception) => exception.ErrorCode is XenErrno.ENOSPC or XenErrno.ENOMEM;

    private static StandingPages MakeStanding(IGrantTable grants, DomainId peer, int copyPages, int reservedPages)
    {
        LocalPages? reserved = reservedPages > 0 ? grants.AllocateLocal(reservedPages) : null;
        try
        {
            return new StandingPages(grants, grants.Allocate(peer, copyPages, GrantAccess.ReadWrite), reserved);
        }
        catch (XenException)
        {
            reserved?.Dispose();
            throw;
        }
    }
}
