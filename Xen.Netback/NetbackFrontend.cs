using Xen.Devices;
using Xen.Grants;
using Xen.Rings;
using Xen.Store;

namespace Xen.Netback;

/// <summary>What the front end's keys say, validated.</summary>
/// <param name="Queues">Its queues.</param>
/// <param name="Offloads">What the front end takes over for frames that are sent to it.</param>
/// <param name="NotifiesReceive">The front end notifies when it offers pages: without that there is no stall to detect.</param>
internal sealed record NetbackFrontend(NetbackFrontendQueue[] Queues, NetworkOffloads Offloads, bool NotifiesReceive)
{
    private delegate bool Parser<T>(ReadOnlySpan<byte> text, out T value);

    /// <summary>Reads the keys.</summary>
    public static async ValueTask<NetbackFrontend> ReadAsync(XenbusConnection connection, NetbackOptions options, CancellationToken cancellationToken)
    {
        if (!await ReadSwitchAsync(connection, NetifKeys.RequestRxCopy, cancellationToken))
        {
            throw connection.Violation($"{NetifKeys.RequestRxCopy} is 1: no other way of receiving is in use (xen-protocols 1.11)", "0 or missing");
        }

        return new NetbackFrontend(
            await ReadQueuesAsync(connection, options, cancellationToken),
            await ReadOffloadsAsync(connection, options, cancellationToken),
            await ReadSwitchAsync(connection, NetifKeys.FeatureRxNotify, cancellationToken));
    }

    // One queue: flat keys. Those of two and more stand below queue-N (xen-protocols 1.11).
    private static async ValueTask<NetbackFrontendQueue[]> ReadQueuesAsync(XenbusConnection connection, NetbackOptions options, CancellationToken cancellationToken)
    {
        int count = await ReadQueueCountAsync(connection, options, cancellationToken);
        if (count == 1)
        {
            return [await ReadQueueAsync(connection, "", cancellationToken)];
        }

        var queues = new NetbackFrontendQueue[count];
        for (int queue = 0; queue < count; queue++)
        {
            queues[queue] = await ReadQueueAsync(connection, NetifKeys.Queue(queue) + "/", cancellationToken);
        }

        return queues;
    }

    // Up to what was offered; 0 has brought down hosts (CVE-2026-45890).
    private static async ValueTask<int> ReadQueueCountAsync(XenbusConnection connection, NetbackOptions options, CancellationToken cancellationToken)
    {
        byte[]? text = await connection.Context.Store.TryReadAsync(connection.Context.PeerKey(NetifKeys.MultiQueueNumQueues), cancellationToken);
        if (text is null)
        {
            return 1;
        }

        return NetifKeys.TryParseQueueCount(text, options.MaxQueues, out int count)
            ? count
            : throw connection.Violation($"{NetifKeys.MultiQueueNumQueues} is 1 to {options.MaxQueues} (R12)", XenProtocolException.Show(text));
    }

    private static async ValueTask<NetbackFrontendQueue> ReadQueueAsync(XenbusConnection connection, string prefix, CancellationToken cancellationToken)
    {
        (uint transmitPort, uint receivePort) = await ReadPortsAsync(connection, prefix, cancellationToken);
        uint transmitRing = await ReadAsync<uint>(connection, prefix + NetifKeys.TxRingRef, NetifKeys.TryParseGrantRef, cancellationToken);
        uint receiveRing = await ReadAsync<uint>(connection, prefix + NetifKeys.RxRingRef, NetifKeys.TryParseGrantRef, cancellationToken);
        return new NetbackFrontendQueue(new GrantRef(transmitRing), new GrantRef(receiveRing), transmitPort, receivePort);
    }

    private static async ValueTask<(uint Transmit, uint Receive)> ReadPortsAsync(XenbusConnection connection, string prefix, CancellationToken cancellationToken)
    {
        string splitKey = connection.Context.PeerKey(prefix + NetifKeys.EventChannelTx);
        if (!await connection.Context.Store.ExistsAsync(splitKey, cancellationToken))
        {
            uint port = await ReadAsync<uint>(connection, prefix + NetifKeys.EventChannel, NetifKeys.TryParsePort, cancellationToken);
            return (port, port);
        }

        return (await ReadAsync<uint>(connection, prefix + NetifKeys.EventChannelTx, NetifKeys.TryParsePort, cancellationToken),
            await ReadAsync<uint>(connection, prefix + NetifKeys.EventChannelRx, NetifKeys.TryParsePort, cancellationToken));
    }

    private static async ValueTask<NetworkOffloads> ReadOffloadsAsync(XenbusConnection connection, NetbackOptions options, CancellationToken cancellationToken)
    {
        bool refusesIPv4 = await ReadSwitchAsync(connection, NetifKeys.FeatureNoCsumOffload, cancellationToken);
        NetworkOffloads offloads = refusesIPv4 ? NetworkOffloads.None : NetworkOffloads.ChecksumIPv4;
        offloads |= await ReadOffloadAsync(connection, NetifKeys.FeatureIPv6CsumOffload, NetworkOffloads.ChecksumIPv6, cancellationToken);
        if (!options.OfferScatterGather || !await ReadSwitchAsync(connection, NetifKeys.FeatureSg, cancellationToken))
        {
            return offloads;
        }

        offloads |= NetworkOffloads.ScatterGather;
        offloads |= await ReadOffloadAsync(connection, NetifKeys.FeatureGsoTcpV4, NetworkOffloads.GsoTcpIPv4, cancellationToken);
        return offloads | await ReadOffloadAsync(connection, NetifKeys.FeatureGsoTcpV6, NetworkOffloads.GsoTcpIPv6, cancellationToken);
    }

    private static async ValueTask<NetworkOffloads> ReadOffloadAsync(
        XenbusConnection connection, string key, NetworkOffloads offload, CancellationToken cancellationToken) =>
        await ReadSwitchAsync(connection, key, cancellationToken) ? offload : NetworkOffloads.None;

    private static async ValueTask<bool> ReadSwitchAsync(XenbusConnection connection, string key, CancellationToken cancellationToken)
    {
        byte[]? text = await connection.Context.Store.TryReadAsync(connection.Context.PeerKey(key), cancellationToken);
        if (text is null)
        {
            return false;
        }

        return StoreNumber.TryParseSwitch(text, out bool value)
            ? value
            : throw connection.Violation($"{key} is 0 or 1 (R12)", XenProtocolException.Show(text));
    }

    private static async ValueTask<T> ReadAsync<T>(XenbusConnection connection, string key, Parser<T> parse, CancellationToken cancellationToken)
    {
        byte[]? text = await connection.Context.Store.TryReadAsync(connection.Context.PeerKey(key), cancellationToken);
        return parse(text, out T value)
            ? value
            : throw connection.Violation($"{key} is a decimal number (R12)", XenProtocolException.Show(text));
    }
}
