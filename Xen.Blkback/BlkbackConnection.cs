using System.Globalization;
using Microsoft.Extensions.Logging;
using Xen.Events;
using Xen.Grants;
using Xen.Platform;
using Xen.Rings;
using Xen.Store;

namespace Xen.Blkback;

/// <summary>One connection of a block back end.</summary>
internal sealed class BlkbackConnection(IBlockStore store, BlkbackOptions options, BlkbackCounters counters, ILogger logger) : IXenbusDriver
{
    // One queue by now; the keys of a device with several are laid out otherwise.
    private BlkbackQueue[] _queues = [];
    private BlkifDisk _disk;

    /// <summary>The ring, for people; <see langword="null"/> while there is none.</summary>
    public RingState? Ring => _queues.Length > 0 ? _queues[0].Snapshot() : null;

    public async ValueTask PrepareAsync(XenbusConnection connection, CancellationToken cancellationToken)
    {
        string? mode = await connection.Context.Store.TryReadTextAsync(connection.Context.Key(BlkifKeys.Mode), cancellationToken);
        bool isReadOnly = mode is null ? store.IsReadOnly : !mode.Contains('w', StringComparison.Ordinal);
        if (store.IsReadOnly && !isReadOnly)
        {
            throw new XenException(
                XenErrno.EROFS, $"serve {store.Name} at {connection.Context.Path}", $"{BlkifKeys.Mode} is \"{mode}\", and what is served is read-only; \"r\" was expected");
        }

        _disk = new BlkifDisk(
            store.SizeBytes >> Blkif.SectorShift,
            store.SectorSize,
            isReadOnly,
            options.OffersDiscard && store.SupportsDiscard && !isReadOnly,
            options.MaxIndirectSegments);
    }

    public async ValueTask PublishAsync(XenbusConnection connection, StoreTransaction transaction, CancellationToken cancellationToken)
    {
        XenbusContext context = connection.Context;
        await WriteAsync(BlkifKeys.MaxRingPageOrder, options.MaxRingPageOrder);
        await WriteAsync(BlkifKeys.FeatureMaxIndirectSegments, (ulong)options.MaxIndirectSegments);
        await WriteAsync(BlkifKeys.FeatureFlushCache, options.OffersFlush ? 1u : 0);
        await WriteAsync(BlkifKeys.FeatureBarrier, 0);
        await WriteAsync(BlkifKeys.FeaturePersistent, 0);
        await WriteAsync(BlkifKeys.FeatureDiscard, _disk.OffersDiscard ? 1u : 0);
        await WriteAsync(BlkifKeys.Sectors, _disk.Sectors);
        await WriteAsync(BlkifKeys.SectorSize, (ulong)_disk.SectorSize);
        await WriteAsync(BlkifKeys.PhysicalSectorSize, (ulong)store.PhysicalSectorSize);
        await WriteAsync(BlkifKeys.Info, _disk.IsReadOnly ? BlkifKeys.InfoReadOnly : 0);

        ValueTask WriteAsync(string key, ulong value) =>
            transaction.WriteAsync(context.Key(key), value.ToString(CultureInfo.InvariantCulture), cancellationToken);
    }

    public async ValueTask ConnectAsync(XenbusConnection connection, CancellationToken cancellationToken)
    {
        BlkbackFrontend frontend = await BlkbackFrontendReader.ReadAsync(connection, options.MaxRingPageOrder, cancellationToken);
        _queues = [CreateQueue(connection, frontend)];
        Log.Connected(logger, connection.Context.Path, store.Name, _disk.Sectors, frontend.RingRefs.Length);
        foreach (BlkbackQueue queue in _queues)
        {
            queue.Start();
        }
    }

    public ValueTask RefreshAsync(XenbusConnection connection, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    // The front end still waits for answers and closes when it has them: requests are served until it has (xen-protocols 1.10).
    public ValueTask DrainAsync(XenbusConnection connection, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask ReleaseAsync(XenbusConnection connection)
    {
        foreach (BlkbackQueue queue in _queues)
        {
            queue.Release();
        }

        _queues = [];
        return ValueTask.CompletedTask;
    }

    // Maps the ring and binds the port; all or nothing.
    private BlkbackQueue CreateQueue(XenbusConnection connection, BlkbackFrontend frontend)
    {
        XenbusContext context = connection.Context;
        var worker = new BlkbackWorker(context.Grants, context.Peer, store, in _disk, counters);
        MappedGrants? ring = null;
        try
        {
            ring = context.Grants.Map(context.Peer, frontend.RingRefs, GrantAccess.ReadWrite);
            EventPort port = context.Events.BindInterdomain(context.Peer, frontend.EventChannel);
            return new BlkbackQueue(connection, ring, port, worker, _disk, counters, options.RequestsPerTurn);
        }
        catch (XenException)
        {
            ring?.Dispose();
            worker.Dispose();
            throw;
        }
    }
}
