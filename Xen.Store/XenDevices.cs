using System.Globalization;
using System.Text;
using Xen.Platform;
using Xen.Rings;

namespace Xen.Store;

/// <summary>The devices that the toolstack gave to this guest.</summary>
/// <param name="ports">What the guest's drivers share.</param>
public sealed class XenDevices(XenbusPorts ports)
{
    /// <summary>Lists the devices of a type, by number. What is half-written or malformed is left out.</summary>
    /// <param name="type">The folder: <c>vbd</c>, <c>vif</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<IReadOnlyList<XenDevice>> ListAsync(string type, CancellationToken cancellationToken = default)
    {
        var devices = new List<XenDevice>();
        foreach (uint id in await ListIdsAsync(type, cancellationToken))
        {
            if (await TryReadAsync(type, id, cancellationToken) is { } device)
            {
                devices.Add(device);
            }
        }

        return devices;
    }

    /// <summary>Finds a device: by number (<c>51712</c>), by name (<c>xvda</c>), by slot (<c>#0</c>, the first), by node (<c>device/vbd/51712</c>), or by what it serves (the back end's <c>params</c>).</summary>
    /// <param name="type">The folder: <c>vbd</c>, <c>vif</c>.</param>
    /// <param name="selector">Which.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The device's end, ready for a driver.</returns>
    /// <exception cref="XenException">There is no such device (<see cref="XenErrno.ENODEV"/>); the message names those there are.</exception>
    /// <exception cref="XenProtocolException">Its node is malformed.</exception>
    public async ValueTask<XenbusContext> OpenAsync(string type, string selector, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(selector);
        SortedSet<uint> ids = await ListIdsAsync(type, cancellationToken);
        uint? id = Select(ids, selector.StartsWith($"device/{type}/", StringComparison.Ordinal) ? selector[$"device/{type}/".Length..] : selector) ?? await FindByParamsAsync(type, ids, selector, cancellationToken);
        return id is { } found
            ? await XenbusContext.ReadFrontendAsync(ports, PathOf(type, found), cancellationToken)
            : throw new XenException(XenErrno.ENODEV, $"open {type} {selector}", $"there is no such device; there are: {Show(type, ids)}");
    }

    /// <summary>Watches devices come and go. Those that are there arrive first.</summary>
    /// <param name="type">The folder: <c>vbd</c>, <c>vif</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<XenDeviceWatch> WatchAsync(string type, CancellationToken cancellationToken = default) =>
        new(this, await ports.Store.WatchAsync($"device/{type}", cancellationToken), type);

    internal async ValueTask<SortedSet<uint>> ListIdsAsync(string type, CancellationToken cancellationToken)
    {
        var ids = new SortedSet<uint>();
        foreach (string name in await ports.Store.TryListAsync($"device/{type}", cancellationToken) ?? [])
        {
            if (StoreNumber.TryParse(Encoding.UTF8.GetBytes(name), 0u, uint.MaxValue, out uint id))
            {
                ids.Add(id);
            }
        }

        return ids;
    }

    private static string PathOf(string type, uint id) => string.Create(CultureInfo.InvariantCulture, $"device/{type}/{id}");

    private static uint? Select(SortedSet<uint> ids, string selector)
    {
        if (selector.Length == 0)
        {
            return null;
        }

        ReadOnlySpan<char> slot = selector.AsSpan(1);
        if (selector[0] == '#' && uint.TryParse(slot, NumberStyles.None, CultureInfo.InvariantCulture, out uint index))
        {
            return index < (uint)ids.Count ? ids.ElementAt((int)index) : null;
        }

        bool isNumber = uint.TryParse(selector, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) || DiskName.TryParse(selector, out number);
        return isNumber && ids.Contains(number) ? number : null;
    }

    private static string Show(string type, SortedSet<uint> ids) => ids.Count == 0
        ? $"no {type} at all"
        : string.Join(", ", ids.Select(id => type.EndsWith("vbd", StringComparison.Ordinal) && DiskName.TryFormat(id, out string? name) ? $"{id} ({name})" : $"{id}"));

    private async ValueTask<uint?> FindByParamsAsync(string type, SortedSet<uint> ids, string selector, CancellationToken cancellationToken)
    {
        foreach (uint id in ids)
        {
            XenDevice? device = await TryReadAsync(type, id, cancellationToken);
            if (device is not null && await ports.Store.TryReadTextAsync(StorePath.Combine(device.BackendPath, "params"), cancellationToken) == selector)
            {
                return id;
            }
        }

        return null;
    }

    private async ValueTask<XenDevice?> TryReadAsync(string type, uint id, CancellationToken cancellationToken)
    {
        try
        {
            string path = PathOf(type, id);
            XenbusContext context = await XenbusContext.ReadFrontendAsync(ports, path, cancellationToken);
            byte[]? own = await ports.Store.TryReadAsync(context.Key("state"), cancellationToken);
            byte[]? peer = await ports.Store.TryReadAsync(context.PeerKey("state"), cancellationToken);
            return new XenDevice(type, id, path, context.PeerPath, context.Peer, XenbusStateText.Parse(own), XenbusStateText.Parse(peer));
        }
        catch (XenProtocolException exception)
        {
            Log.MalformedDevice(ports.LoggerFactory.CreateLogger(typeof(XenDevices).FullName!), type, id, exception.Message);
            return null;
        }
    }
}
