using Xen.Devices;
using Xen.Rings;
using Xen.Store;

namespace Xen.Netfront;

/// <summary>What the back end offers.</summary>
/// <param name="SplitEventChannels">A port for each direction.</param>
/// <param name="MaxQueues">How many queues it serves, at least 1.</param>
/// <param name="Offloads">What it takes over for frames that are sent to it.</param>
internal readonly record struct NetfrontFeatures(bool SplitEventChannels, int MaxQueues, NetworkOffloads Offloads)
{
    /// <summary>Reads the back end's keys. A feature that is absent has the protocol's default; one that is garbled is a breach (R12).</summary>
    public static async ValueTask<NetfrontFeatures> ReadAsync(XenbusConnection connection, NetfrontOptions options, CancellationToken cancellationToken)
    {
        if (!await ReadSwitchAsync(connection, NetifKeys.FeatureRxCopy, cancellationToken))
        {
            throw connection.Violation($"{NetifKeys.FeatureRxCopy} is 1: no other way of receiving is in use (xen-protocols 1.11)", "0 or missing");
        }

        NetworkOffloads offloads = NetworkOffloads.None;
        if (!options.DisableScatterGather && await ReadSwitchAsync(connection, NetifKeys.FeatureSg, cancellationToken))
        {
            // Segmentation needs frames of many slots.
            offloads |= NetworkOffloads.ScatterGather;
            offloads |= await ReadOffloadAsync(connection, NetifKeys.FeatureGsoTcpV4, NetworkOffloads.GsoTcpIPv4, cancellationToken);
            offloads |= await ReadOffloadAsync(connection, NetifKeys.FeatureGsoTcpV6, NetworkOffloads.GsoTcpIPv6, cancellationToken);
        }

        offloads |= await ReadOffloadAsync(connection, NetifKeys.FeatureIPv6CsumOffload, NetworkOffloads.ChecksumIPv6, cancellationToken);
        bool refusesIPv4 = await ReadSwitchAsync(connection, NetifKeys.FeatureNoCsumOffload, cancellationToken);
        offloads |= refusesIPv4 ? NetworkOffloads.None : NetworkOffloads.ChecksumIPv4;
        bool split = !options.UseSingleEventChannel
            && await ReadSwitchAsync(connection, NetifKeys.FeatureSplitEventChannels, cancellationToken);
        return new NetfrontFeatures(split, await ReadMaxQueuesAsync(connection, cancellationToken), offloads);
    }

    private static async ValueTask<int> ReadMaxQueuesAsync(XenbusConnection connection, CancellationToken cancellationToken)
    {
        byte[]? text = await connection.Context.Store.TryReadAsync(connection.Context.PeerKey(NetifKeys.MultiQueueMaxQueues), cancellationToken);
        if (text is null)
        {
            return 1;
        }

        return NetifKeys.TryParseQueueCount(text, int.MaxValue, out int count)
            ? count
            : throw connection.Violation($"{NetifKeys.MultiQueueMaxQueues} is 1 or more (R12)", XenProtocolException.Show(text));
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
}
