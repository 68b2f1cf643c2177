using Xen.Platform;
using Xen.Rings;

namespace Xen.Store;

/// <summary>What an error of xenstore means to whoever made the request.</summary>
internal static class StoreHint
{
    public static string? For(XenErrno error, XsdSockmsgType type) => (error, type) switch
    {
        (XenErrno.ENOENT, XsdSockmsgType.TransactionEnd) => "the daemon does not know this transaction",
        (XenErrno.ENOENT, _) => "there is no such node",
        (XenErrno.EACCES, _) => "this domain has no right to do that here",
        (XenErrno.EPERM, _) => "only the node's owner or a privileged domain may do that",
        (XenErrno.ENOSPC, XsdSockmsgType.Watch) => "the quota of watches is used up",
        (XenErrno.ENOSPC, XsdSockmsgType.TransactionStart) => "the quota of transactions is used up",
        (XenErrno.ENOSPC, _) => "a quota is used up (number of nodes, size of a node, permissions)",
        (XenErrno.E2BIG, XsdSockmsgType.Watch) => "the quota of watches is used up",
        (XenErrno.ENOSYS, _) => "this daemon does not know the operation",
        _ => null,
    };
}
