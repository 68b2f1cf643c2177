using Microsoft.Extensions.Logging;
using Xen.Events;
using Xen.Grants;
using Xen.Platform;

namespace Xen.Store;

/// <summary>What every driver of a guest shares: the guest's store, event channels, grants, scheduler and loggers.</summary>
/// <param name="Store">The guest's xenstore.</param>
/// <param name="Events">The guest's event channels.</param>
/// <param name="Grants">The guest's grant table.</param>
/// <param name="Scheduler">The guest's run queue and time.</param>
/// <param name="LoggerFactory">Where drivers log.</param>
public sealed record XenbusPorts(
    XenStoreClient Store,
    IEventChannels Events,
    IGrantTable Grants,
    IGuestScheduler Scheduler,
    ILoggerFactory LoggerFactory);
