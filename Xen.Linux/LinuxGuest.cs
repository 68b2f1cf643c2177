using Xen.Platform;
using Xen.Store;

namespace Xen.Linux;

/// <summary>
/// This Linux system as a Xen guest of ours: user-mode drivers over <c>/dev/xen</c>. Every device is opened when the guest is, so that what is
/// missing is said at once.
/// </summary>
/// <remarks>Used on its scheduler. Disposing closes every port, unmaps and revokes every page, drops every watch.</remarks>
public sealed class LinuxGuest : IAsyncDisposable
{
    private readonly LinuxGuestOptions _options;
    private readonly LinuxPoller _poller;
    private bool _isDisposed;

    private LinuxGuest(
        LinuxGuestOptions options,
        LinuxPoller poller,
        LinuxEventChannels events,
        LinuxGrantTable grants,
        XenbusPorts ports,
        DomainId domainId)
    {
        _options = options;
        _poller = poller;
        Events = events;
        Grants = grants;
        Ports = ports;
        DomainId = domainId;
    }

    /// <summary>This domain's number.</summary>
    public DomainId DomainId { get; }

    /// <summary>What every driver takes.</summary>
    public XenbusPorts Ports { get; }

    /// <summary>Event channels over <c>/dev/xen/evtchn</c>.</summary>
    public LinuxEventChannels Events { get; }

    /// <summary>Grants over <c>/dev/xen/gntalloc</c> and <c>/dev/xen/gntdev</c>.</summary>
    public LinuxGrantTable Grants { get; }

    /// <summary>The xenstore.</summary>
    public XenStoreClient Store => Ports.Store;

    /// <summary>The guest's run queue and time.</summary>
    public IGuestScheduler Scheduler => Ports.Scheduler;

    /// <summary>Opens a guest, runs <paramref name="main"/> on the calling thread until it ends, and disposes the guest.</summary>
    /// <param name="main">The guest's main task.</param>
    /// <param name="options">How to open it.</param>
    /// <exception cref="XenException">A device is missing or refused; the message says what to do.</exception>
    public static void Run(Func<LinuxGuest, Task> main, LinuxGuestOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(main);
#pragma warning disable RS0030 // Here the system's time becomes this guest's.
        var queue = new GuestRunQueue(TimeProvider.System);
#pragma warning restore RS0030
        queue.Run(async () =>
        {
            await using LinuxGuest guest = await OpenAsync(queue, options);
            await main(guest);
        });
    }

    /// <summary>Opens the devices of this Linux system.</summary>
    /// <param name="scheduler">The guest's scheduler; the caller runs on it.</param>
    /// <param name="options">How to open it.</param>
    /// <param name="cancellationToken">Ends the wait for xenstore.</param>
    /// <exception cref="XenException">A device is missing or refused; the message says what to do.</exception>
    public static async Task<LinuxGuest> OpenAsync(
        IGuestScheduler scheduler, LinuxGuestOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        options ??= new LinuxGuestOptions();
        var poller = new LinuxPoller();
        LinuxEventChannels? events = null;
        LinuxGrantTable? grants = null;
        XenStoreClient? store = null;
        try
        {
            events = new LinuxEventChannels(scheduler, poller);
            grants = LinuxGrantTable.Open();
            store = await OpenStoreAsync(options, scheduler, poller, cancellationToken);
            DomainId domainId = await store.ReadDomainIdAsync(cancellationToken);
            var ports = new XenbusPorts(store, events, grants, scheduler, options.LoggerFactory);
            return new LinuxGuest(options, poller, events, grants, ports, domainId);
        }
        catch
        {
            await CloseAsync(poller, events, grants, store);
            throw;
        }
    }

    /// <summary>Reads what a driver needs to know about a front end of this domain. A device that a kernel driver has is refused.</summary>
    /// <param name="path">The front end's node: <c>device/vbd/51712</c>, or absolute.</param>
    /// <param name="cancellationToken">Ends the wait for xenstore.</param>
    /// <exception cref="XenException">A kernel driver has the device (<see cref="XenErrno.EBUSY"/>).</exception>
    /// <exception cref="XenProtocolException">The node's keys are missing or malformed.</exception>
    public ValueTask<XenbusContext> ReadFrontendAsync(string path, CancellationToken cancellationToken = default)
    {
        KernelDrivers.ThrowIfHeld(path);
        return XenbusContext.ReadFrontendAsync(Ports, path, cancellationToken);
    }

    /// <summary>Opens one more connection to xenstore, the caller's own. Dispose it before the guest.</summary>
    /// <param name="cancellationToken">Ends the wait for xenstore.</param>
    /// <exception cref="XenException">xenstore is missing or refused.</exception>
    public ValueTask<XenStoreClient> OpenStoreAsync(CancellationToken cancellationToken = default) =>
        OpenStoreAsync(_options, Scheduler, _poller, cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        await CloseAsync(_poller, Events, Grants, Store);
    }

    private static async ValueTask<XenStoreClient> OpenStoreAsync(
        LinuxGuestOptions options, IGuestScheduler scheduler, LinuxPoller poller, CancellationToken cancellationToken)
    {
        DescriptorStoreTransport transport = options.StoreSocketPath is { } path
            ? await UnixSocketStoreTransport.ConnectAsync(path, scheduler, poller, cancellationToken)
            : new XenbusStoreTransport(scheduler, poller);
        return new XenStoreClient(transport, scheduler, options.LoggerFactory);
    }

    // A relative path is below the caller's own home, /local/domain/N, where the toolstack writes the number (xen-protocols 1.9).
    private static async ValueTask CloseAsync(
        LinuxPoller poller, LinuxEventChannels? events, LinuxGrantTable? grants, XenStoreClient? store)
    {
        if (store is not null)
        {
            await store.DisposeAsync();
        }

        grants?.Dispose();
        events?.Dispose();
        poller.Dispose();
    }
}
