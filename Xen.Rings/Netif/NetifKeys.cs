using System.Globalization;

namespace Xen.Rings;

/// <summary>
/// The xenstore keys of netif (xen-protocols 1.11) and what their values may be (R12). Both ends use them, so that what one writes the
/// other reads.
/// </summary>
public static class NetifKeys
{
    /// <summary>Front: the transmit ring's page.</summary>
    public const string TxRingRef = "tx-ring-ref";

    /// <summary>Front: the receive ring's page.</summary>
    public const string RxRingRef = "rx-ring-ref";

    /// <summary>Front: the one port of both rings.</summary>
    public const string EventChannel = "event-channel";

    /// <summary>Front: the transmit ring's port, where the back end offers <see cref="FeatureSplitEventChannels"/>.</summary>
    public const string EventChannelTx = "event-channel-tx";

    /// <summary>Front: the receive ring's port.</summary>
    public const string EventChannelRx = "event-channel-rx";

    /// <summary>Back: a port for each ring is understood.</summary>
    public const string FeatureSplitEventChannels = "feature-split-event-channels";

    /// <summary>Back: how many queues it serves.</summary>
    public const string MultiQueueMaxQueues = "multi-queue-max-queues";

    /// <summary>Front: how many queues there are; with 2 or more, each queue's keys stand below <see cref="Queue"/>.</summary>
    public const string MultiQueueNumQueues = "multi-queue-num-queues";

    /// <summary>Front: received data is to be copied into its pages. The only way in use.</summary>
    public const string RequestRxCopy = "request-rx-copy";

    /// <summary>Back: can copy received data into the front end's pages.</summary>
    public const string FeatureRxCopy = "feature-rx-copy";

    /// <summary>Front: notifies when it offers pages; without it a back end polls and has no stall detection.</summary>
    public const string FeatureRxNotify = "feature-rx-notify";

    /// <summary>Both: takes packets of more than one slot.</summary>
    public const string FeatureSg = "feature-sg";

    /// <summary>Both: takes packets to be cut, TCP over IPv4.</summary>
    public const string FeatureGsoTcpV4 = "feature-gso-tcpv4";

    /// <summary>Both: takes packets to be cut, TCP over IPv6.</summary>
    public const string FeatureGsoTcpV6 = "feature-gso-tcpv6";

    /// <summary>Both: 1 when partial checksums over IPv4 are not understood. The default is that they are.</summary>
    public const string FeatureNoCsumOffload = "feature-no-csum-offload";

    /// <summary>Both: partial checksums over IPv6 are understood.</summary>
    public const string FeatureIPv6CsumOffload = "feature-ipv6-csum-offload";

    /// <summary>Toolstack: the front end's address.</summary>
    public const string Mac = "mac";

    /// <summary>Toolstack: the largest payload of an Ethernet frame.</summary>
    public const string Mtu = "mtu";

    /// <summary>Toolstack: which of the domain's interfaces.</summary>
    public const string Handle = "handle";

    /// <summary>Back: what the hotplug script said.</summary>
    public const string HotplugStatus = "hotplug-status";

    /// <summary>The most queues that one end of this stack has, whatever the other offers.</summary>
    public const int MaxQueues = 64;

    /// <summary>The payload of an Ethernet frame where no <see cref="Mtu"/> is given.</summary>
    public const int DefaultMtu = 1500;

    /// <summary>The smallest <see cref="Mtu"/>: what every IPv4 host takes.</summary>
    public const int MinMtu = 68;

    private const string QueuePrefix = "queue-";

    /// <summary>The node of one queue's keys, where there are several.</summary>
    /// <param name="queue">0 and up.</param>
    public static string Queue(int queue) => string.Create(CultureInfo.InvariantCulture, $"{QueuePrefix}{queue}");

    /// <summary>True for the keys that a front end's queues write, flat or below <see cref="Queue"/>, and for their number.</summary>
    /// <param name="key">A key of a front end's node.</param>
    public static bool IsOfQueues(string key) =>
        key is TxRingRef or RxRingRef or EventChannel or EventChannelTx or EventChannelRx or MultiQueueNumQueues
        || (key is not null && key.StartsWith(QueuePrefix, StringComparison.Ordinal));

    /// <summary>Reads a grant reference. 0 is one (R20).</summary>
    /// <param name="text">The value of a node.</param>
    /// <param name="reference">The reference.</param>
    public static bool TryParseGrantRef(ReadOnlySpan<byte> text, out uint reference) =>
        StoreNumber.TryParse(text, 0u, uint.MaxValue, out reference);

    /// <summary>Reads an event channel port. 0 is none.</summary>
    /// <param name="text">The value of a node.</param>
    /// <param name="port">The port.</param>
    public static bool TryParsePort(ReadOnlySpan<byte> text, out uint port) => StoreNumber.TryParse(text, 1u, uint.MaxValue, out port);

    /// <summary>Reads a number of queues: at least 1, at most what was offered.</summary>
    /// <param name="text">The value of a node.</param>
    /// <param name="maximum">The most that is accepted.</param>
    /// <param name="count">The number.</param>
    public static bool TryParseQueueCount(ReadOnlySpan<byte> text, int maximum, out int count)
    {
        bool parsed = StoreNumber.TryParse(text, 1u, (uint)maximum, out uint number);
        count = (int)number;
        return parsed;
    }

    /// <summary>Reads an MTU: <see cref="MinMtu"/> to 65535.</summary>
    /// <param name="text">The value of a node.</param>
    /// <param name="mtu">The MTU.</param>
    public static bool TryParseMtu(ReadOnlySpan<byte> text, out int mtu)
    {
        bool parsed = StoreNumber.TryParse(text, (uint)MinMtu, ushort.MaxValue, out uint number);
        mtu = (int)number;
        return parsed;
    }
}
