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

        await CheckQueueCountAsync(connection, cancellationToken);
        return new NetbackFrontend(
            [await ReadQueueAsync(connection, cancellationToken)],
            await ReadOffloadsAsync(connection, options, cancellationToken),
            await ReadSwitchAsync(connection, NetifKeys.FeatureRxNotify, cancellationToken));
    }

    // One queue is offered, so one is what there may be; 0 has brought down hosts (CVE-2026-45890).
    private static async ValueTask CheckQueueCountAsync(XenbusConnection connection, CancellationToken cancellationToken)
    {
        byte[]? text = await connection.Context.Store.TryReadAsync(connection.Context.PeerKey(NetifKeys.MultiQueueNumQueues), cancellationToken);
        if (text is not null && !NetifKeys.TryParseQueueCount(text, 1, out _))
        {
            throw connection.Violation($"{NetifKeys.MultiQueueNumQueues} is 1 (R12)", XenProtocolException.Show(text));
        }
    }

    private static async ValueTask<NetbackFrontendQueue> ReadQueueAsync(XenbusConnection connection, CancellationToken cancellationToken)
    {
        (uint transmitPort, uint receivePort) = await ReadPortsAsync(connection, cancellationToken);
        uint transmitRing = await ReadAsync<uint>(connection, NetifKeys.TxRingRef, NetifKeys.TryParseGrantRef, cancellationToken);
        uint receiveRing = await ReadAsync<uint>(connection, NetifKeys.RxRingRef, NetifKeys.TryParseGrantRef, cancellationToken);
        return new NetbackFrontendQueue(new GrantRef(transmitRing), new GrantRef(receiveRing), transmitPort, receivePort);
    }

    private static async ValueTask<(uint Transmit, uint Receive)> ReadPortsAsync(XenbusConnection connection, CancellationToken cancellationToken)
    {
        string splitKey = connection.Context.PeerKey(NetifKeys.EventChannelTx);
        if (!await connection.Context.Store.ExistsAsync(splitKey, cancellationToken))
        {
            uint port = await ReadAsync<uint>(connection, NetifKeys.EventChannel, NetifKeys.TryParsePort, cancellationToken);
            return (port, port);
        }

        return (await ReadAsync<uint>(connection, NetifKeys.EventChannelTx, NetifKeys.TryParsePort, cancellationToken),
            await ReadAsync<uint>(connection, NetifKeys.EventChannelRx, NetifKeys.TryParsePort, cancellationToken));
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
