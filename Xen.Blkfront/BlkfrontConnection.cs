using System.Globalization;
using Microsoft.Extensions.Logging;
using Xen.Devices;
using Xen.Rings;
using Xen.Store;

namespace Xen.Blkfront;

/// <summary>One connection of a block front end: what a device consists of while one backend serves it. A new one for each connection.</summary>
internal sealed class BlkfrontConnection(BlkfrontOptions options, BlkfrontCounters counters, ILogger logger) : IXenbusDriver
{
    // One queue by now; the keys of a device with several are laid out otherwise.
    private BlkfrontQueue[] _queues = [];
    private BlkfrontBackend _backend;
    private uint _ringPageOrder;

    /// <summary>True while operations are taken.</summary>
    public bool IsOpen => _queues.Length > 0 && _queues[0].IsOpen;

    /// <summary>What the backend broke.</summary>
    public XenProtocolException? Breach => _queues.Length > 0 ? _queues[0].Breach : null;

    /// <summary>The queue for the next operation.</summary>
    public BlkfrontQueue Queue => _queues[0];

    /// <summary>What the device is.</summary>
    public BlockDeviceInfo Info => _backend.ToInfo(Queue.CanFlush, Queue.CanDiscard);

    public async ValueTask PrepareAsync(XenbusConnection connection, CancellationToken cancellationToken)
    {
        uint offered = await BlkfrontBackendReader.ReadMaxRingPageOrderAsync(connection, cancellationToken);
        _ringPageOrder = Math.Min(offered, options.RingPageOrder);
        _queues = [BlkfrontQueue.Allocate(connection.Context, HandleOf(connection.Context.Path), counters, options, _ringPageOrder)];
    }

    public async ValueTask PublishAsync(XenbusConnection connection, StoreTransaction transaction, CancellationToken cancellationToken)
    {
        XenbusContext context = connection.Context;
        await PublishRingAsync(context, transaction, cancellationToken);
        await transaction.WriteAsync(context.Key(BlkifKeys.EventChannel), Text(Queue.Port.Value), cancellationToken);
        await transaction.WriteAsync(context.Key(BlkifKeys.Protocol), Blkif.ProtocolX8664, cancellationToken);
        if (Queue.KeepsGrants)
        {
            await transaction.WriteAsync(context.Key(BlkifKeys.FeaturePersistent), "1", cancellationToken);
        }
    }

    public async ValueTask ConnectAsync(XenbusConnection connection, CancellationToken cancellationToken)
    {
        _backend = await BlkfrontBackendReader.ReadAsync(connection, cancellationToken);
        Queue.Start(
            Math.Max(Math.Min(options.MaxSegments, _backend.MaxIndirectSegments), Math.Min(options.MaxSegments, Blkif.MaxSegmentsPerRequest)),
            breach => OnBreach(connection, breach),
            connection.Violation);
        Log.Connected(logger, connection.Context.Path, Info.SizeSectors, Info.SectorSize, Queue.MaxSegments, Queue.Size);
    }

    public async ValueTask RefreshAsync(XenbusConnection connection, CancellationToken cancellationToken)
    {
        BlkfrontBackend backend = await BlkfrontBackendReader.ReadAsync(connection, cancellationToken);
        if (backend.SectorSize != _backend.SectorSize)
        {
            throw connection.Violation(
                $"{connection.Context.PeerKey(BlkifKeys.SectorSize)} stays {_backend.SectorSize} while connected", $"{backend.SectorSize}");
        }

        _backend = backend;
    }

    public async ValueTask DrainAsync(XenbusConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            // A backend that is gone answers nothing more.
            if (IsOpen && connection.PeerState is not (XenbusState.Closed or XenbusState.Unknown))
            {
                await Queue.DrainAsync(cancellationToken);
            }
        }
        finally
        {
            FailAll();
        }
    }

    public ValueTask ReleaseAsync(XenbusConnection connection)
    {
        foreach (BlkfrontQueue queue in _queues)
        {
            queue.Release();
        }

        return ValueTask.CompletedTask;
    }

    private static string Text(uint number) => number.ToString(CultureInfo.InvariantCulture);

    // The device's number, as far as requests have room for it.
    private static ushort HandleOf(string path) =>
        ulong.TryParse(path.AsSpan(path.LastIndexOf('/') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ulong id) ? (ushort)id : (ushort)0;

    private async ValueTask PublishRingAsync(XenbusContext context, StoreTransaction transaction, CancellationToken cancellationToken)
    {
        if (_ringPageOrder == 0)
        {
            // An earlier connection may have had a longer ring, and a back end that finds its order takes the old references.
            await transaction.TryRemoveAsync(context.Key(BlkifKeys.RingPageOrder), cancellationToken);
            await transaction.WriteAsync(context.Key(BlkifKeys.RingRef), Text(Queue.Ring.Refs[0].Value), cancellationToken);
            return;
        }

        await transaction.WriteAsync(context.Key(BlkifKeys.RingPageOrder), Text(_ringPageOrder), cancellationToken);
        for (int page = 0; page < Queue.Ring.PageCount; page++)
        {
            await transaction.WriteAsync(context.Key(BlkifKeys.RingRefOf(page)), Text(Queue.Ring.Refs[page].Value), cancellationToken);
        }
    }

    private void OnBreach(XenbusConnection connection, XenProtocolException breach)
    {
        Log.Breach(logger, connection.Context.Path, breach.Message);
        connection.Fail(breach);
    }

    private void FailAll()
    {
        foreach (BlkfrontQueue queue in _queues)
        {
            queue.FailAll();
        }
    }
}
