using Xen.Platform;

namespace Xen.Store;

/// <summary>The stream of arrivals and removals of one type of device. Those that are there at the start arrive first.</summary>
/// <remarks>One waiter at a time. A device that went and came back between two looks at the store may show as nothing.</remarks>
public sealed class XenDeviceWatch : IAsyncDisposable
{
    private readonly XenDevices _devices;
    private readonly StoreWatch _watch;
    private readonly string _type;
    private readonly Queue<XenDeviceChange> _pending = new();
    private SortedSet<uint> _known = [];

    internal XenDeviceWatch(XenDevices devices, StoreWatch watch, string type)
    {
        _devices = devices;
        _watch = watch;
        _type = type;
    }

    /// <summary>Waits for the next change.</summary>
    /// <param name="cancellationToken">Ends the wait; no change is lost by that.</param>
    /// <exception cref="ObjectDisposedException">The watch was disposed.</exception>
    /// <exception cref="XenException">The connection to the store failed.</exception>
    public async ValueTask<XenDeviceChange> WaitAsync(CancellationToken cancellationToken = default)
    {
        while (_pending.Count == 0)
        {
            await _watch.WaitAsync(cancellationToken);
            // Not cancelled: the event was taken, so what it stands for must be looked at.
            Compare(await _devices.ListIdsAsync(_type, CancellationToken.None));
        }

        return _pending.Dequeue();
    }

    /// <summary>Ends the watch. Idempotent.</summary>
    public ValueTask DisposeAsync() => _watch.DisposeAsync();

    private void Compare(SortedSet<uint> present)
    {
        foreach (uint id in _known)
        {
            if (!present.Contains(id))
            {
                _pending.Enqueue(new XenDeviceChange(XenDeviceChangeKind.Removed, _type, id));
            }
        }

        foreach (uint id in present)
        {
            if (!_known.Contains(id))
            {
                _pending.Enqueue(new XenDeviceChange(XenDeviceChangeKind.Arrived, _type, id));
            }
        }

        _known = present;
    }
}
