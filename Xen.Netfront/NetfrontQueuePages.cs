using Xen.Grants;
using Xen.Platform;
using Xen.Rings;
using Xen.Store;

namespace Xen.Netfront;

/// <summary>The memory of a queue: two ring pages, pages to send from (granted for reading, once), pages to receive into.</summary>
/// <param name="Rings">The rings' pages: transmit, receive.</param>
/// <param name="Transmit">Pages to send from. The back end may read what is being filled, never write it.</param>
/// <param name="Receive">Pages to receive into.</param>
internal sealed record NetfrontQueuePages(GrantedPages Rings, GrantedPages Transmit, ReceivePages Receive)
{
    public const int TransmitRing = 0;
    public const int ReceiveRing = 1;

    public const int RingSlots = 256;
    public const int MinReceivePages = 64;

    /// <summary>
    /// Allocates them; all or nothing. When grants or the guest's page budget are short, fewer pages are used, down to one frame of the largest size
    /// at a time (R8).
    /// </summary>
    /// <exception cref="XenException">Even those are not there.</exception>
    public static NetfrontQueuePages Allocate(XenbusContext context, NetfrontOptions options)
    {
        // A quarter of what is left for each of the directions, so that a second interface finds something, too.
        int share = context.Grants.Capacity.Available / 4;
        int transmit = Math.Clamp(share, Netif.MaxSlots, options.TransmitPages);
        int receive = Math.Clamp(share * 2, MinReceivePages, options.ReceivePages);
        while (true)
        {
            try
            {
                return Make(context, transmit, receive);
            }
            catch (XenException exception) when (IsShortage(exception) && (transmit > Netif.MaxSlots || receive > MinReceivePages))
            {
                transmit = Math.Max(transmit / 2, Netif.MaxSlots);
                receive = Math.Max(receive / 2, MinReceivePages);
            }
        }
    }

    private static bool IsShortage(XenException exception) => exception.ErrorCode is XenErrno.ENOSPC or XenErrno.ENOMEM;

    private static NetfrontQueuePages Make(XenbusContext context, int transmitPages, int receivePages)
    {
        GrantedPages rings = context.Grants.Allocate(context.Peer, 2, GrantAccess.ReadWrite);
        GrantedPages? transmit = null;
        try
        {
            InitializeRings(rings);
            transmit = context.Grants.Allocate(context.Peer, transmitPages, GrantAccess.ReadOnly);
            return new NetfrontQueuePages(rings, transmit, MakeReceive(context, receivePages));
        }
        catch
        {
            context.Grants.Revoke(rings);
            if (transmit is not null)
            {
                context.Grants.Revoke(transmit);
            }

            throw;
        }
    }

    private static unsafe void InitializeRings(GrantedPages rings)
    {
        RingPage.Initialize<DirectMemory>(rings.Address + (TransmitRing * GrantedPages.PageSize));
        RingPage.Initialize<DirectMemory>(rings.Address + (ReceiveRing * GrantedPages.PageSize));
    }

    private static ReceivePages MakeReceive(XenbusContext context, int count)
    {
        LocalPages memory = context.Grants.AllocateLocal(count);
        try
        {
            return context.Grants.PageGranting is { } granting
                ? new RevokedReceivePages(granting, context.Grants.Epoch, memory, context.Peer)
                : new CopiedReceivePages(context.Grants, context.Grants.Allocate(context.Peer, Math.Min(count / 2, RingSlots), GrantAccess.ReadWrite), memory);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }
}
