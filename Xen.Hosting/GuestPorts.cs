using Xen.Platform;
using Xen.Store;

namespace Xen.Hosting;

/// <summary>What a host gives a guest.</summary>
/// <param name="Id">The guest's own domain number.</param>
/// <param name="Xenbus">Store, events, grants, scheduler and loggers.</param>
/// <param name="ClaimAsync">Called with a front end's node before it is opened; throws when the host's kernel has the device.</param>
public sealed record GuestPorts(DomainId Id, XenbusPorts Xenbus, Func<string, CancellationToken, ValueTask> ClaimAsync)
{
    /// <summary>True where the guest is the whole domain, so that it answers the toolstack's requests itself; false where a kernel does.</summary>
    public bool OwnsDomain { get; init; }

    /// <summary>The guest's console, where it can drive one; <see langword="null"/> where the console is the process's.</summary>
    public IGuestConsole? Console { get; init; }

    /// <summary>What the guest was told at its entry; <see langword="null"/> where a kernel was.</summary>
    public PvhBoot? Boot { get; init; }
}
