using Microsoft.Extensions.Logging;
using Xen.Events;
using Xen.Grants;
using Xen.Platform;
using Xen.Rings;

namespace Xen.Store;

/// <summary>
/// Everything a driver needs to know about one end of one device: the one argument of every driver. A new connection of the same device
/// can have another peer, so a context is read anew for each.
/// </summary>
public sealed record XenbusContext
{
    private XenbusContext(XenbusPorts ports, string path, string peerPath, DomainId peer)
    {
        Ports = ports;
        Path = path;
        PeerPath = peerPath;
        Peer = peer;
    }

    /// <summary>What the guest's drivers share.</summary>
    public XenbusPorts Ports { get; }

    /// <summary>The node of this end: <c>/local/domain/5/device/vbd/51712</c>, or relative to the domain's home.</summary>
    public string Path { get; }

    /// <summary>The node of the other end, absolute.</summary>
    public string PeerPath { get; }

    /// <summary>The domain of the other end.</summary>
    public DomainId Peer { get; }

    /// <summary>The guest's xenstore.</summary>
    public XenStoreClient Store => Ports.Store;

    /// <summary>The guest's event channels.</summary>
    public IEventChannels Events => Ports.Events;

    /// <summary>The guest's grant table.</summary>
    public IGrantTable Grants => Ports.Grants;

    /// <summary>The guest's run queue.</summary>
    public IGuestScheduler Scheduler => Ports.Scheduler;

    /// <summary>The guest's time.</summary>
    public TimeProvider TimeProvider => Ports.Scheduler.TimeProvider;

    /// <summary>Where to log.</summary>
    public ILoggerFactory LoggerFactory => Ports.LoggerFactory;

    /// <summary>Reads the context of a front end: its <c>backend</c> and <c>backend-id</c>, written by the toolstack.</summary>
    /// <param name="ports">What the guest's drivers share.</param>
    /// <param name="path">The front end's node.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="XenProtocolException">A key is missing or malformed.</exception>
    public static async ValueTask<XenbusContext> ReadFrontendAsync(XenbusPorts ports, string path, CancellationToken cancellationToken = default) =>
        await TryReadAsync(ports, path, "backend", "backend-id", cancellationToken) ?? throw NoNode(path, "backend");

    /// <summary>Reads the context of a back end: its <c>frontend</c> and <c>frontend-id</c>, written by the toolstack.</summary>
    /// <param name="ports">What the guest's drivers share.</param>
    /// <param name="path">The back end's node.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="XenProtocolException">A key is missing or malformed.</exception>
    public static async ValueTask<XenbusContext> ReadBackendAsync(XenbusPorts ports, string path, CancellationToken cancellationToken = default) =>
        await TryReadBackendAsync(ports, path, cancellationToken) ?? throw NoNode(path, "frontend");

    /// <summary>The path of a key of this end.</summary>
    /// <param name="name">The key.</param>
    public string Key(string name) => StorePath.Combine(Path, name);

    /// <summary>The path of a key of the other end.</summary>
    /// <param name="name">The key.</param>
    public string PeerKey(string name) => StorePath.Combine(PeerPath, name);

    /// <summary>As <see cref="ReadBackendAsync"/>, with <see langword="null"/> for a device that is not there any more.</summary>
    internal static ValueTask<XenbusContext?> TryReadBackendAsync(XenbusPorts ports, string path, CancellationToken cancellationToken) =>
        TryReadAsync(ports, path, "frontend", "frontend-id", cancellationToken);

    private static async ValueTask<XenbusContext?> TryReadAsync(
        XenbusPorts ports, string path, string peerPathKey, string peerIdKey, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ports);
        StorePath.Check(path);
        // Together, so that a toolstack that moves the device cannot be seen half-way (xen-protocols 1.10, trap b).
        (string? peerPath, byte[]? peerId) = await ports.Store.TransactionAsync(
            async transaction => (await transaction.TryReadTextAsync(StorePath.Combine(path, peerPathKey), cancellationToken),
                await transaction.TryReadAsync(StorePath.Combine(path, peerIdKey), cancellationToken)),
            cancellationToken);
        if (peerPath is null && peerId is null)
        {
            return null;
        }

        if (peerPath is null || StorePath.Explain(peerPath) is not null || peerPath[0] != '/')
        {
            throw new XenProtocolException(path, $"{peerPathKey} is an absolute path (xen-protocols 1.10)", Shown(peerPath));
        }

        if (!StoreNumber.TryParse(peerId.AsSpan(), 0u, DomainId.MaxGuest, out uint peer))
        {
            throw new XenProtocolException(path, $"{peerIdKey} is a domain's number (R12)", XenProtocolException.Show(peerId));
        }

        return new XenbusContext(ports, path, peerPath, new DomainId((ushort)peer));
    }

    private static XenProtocolException NoNode(string path, string key) => new(path, $"a device with a {key} (xen-protocols 1.10)", "missing");

    private static string Shown(string? text) => text is null ? "missing" : $"\"{text}\"";
}
