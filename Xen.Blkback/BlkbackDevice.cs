using Microsoft.Extensions.Logging;
using Xen.Rings;
using Xen.Store;

namespace Xen.Blkback;

/// <summary>A block back end: serves a store to the front end that its node names, one connection after another.</summary>
/// <remarks>
/// The node is of any type that the front end's driver looks for: <c>backend/vbd/5/51712</c> for Linux and this stack's front end.
/// </remarks>
public sealed class BlkbackDevice
{
    private readonly XenbusPorts _ports;
    private readonly IBlockStore _store;
    private readonly BlkbackOptions _options;
    private readonly BlkbackCounters _counters = new();
    private readonly ILogger _logger;
    private BlkbackConnection? _connection;
    private bool _isServing;

    /// <summary>Makes a back end that does nothing yet.</summary>
    /// <param name="ports">What the guest's drivers share.</param>
    /// <param name="path">The back end's node, written by the toolstack.</param>
    /// <param name="store">What to serve. Stays the caller's.</param>
    /// <param name="options">What to offer; <see cref="BlkbackOptions.Default"/> when left out.</param>
    public BlkbackDevice(XenbusPorts ports, string path, IBlockStore store, BlkbackOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(ports);
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(store);
        _ports = ports;
        Path = path;
        _store = store;
        _options = options ?? BlkbackOptions.Default;
        _options.Check();
        _logger = ports.LoggerFactory.CreateLogger<BlkbackDevice>();
        Telemetry.Add(this);
    }

    /// <summary>The back end's node.</summary>
    public string Path { get; }

    /// <summary>The state of the ring, for people; <see langword="null"/> while there is none.</summary>
    public RingState? Ring => _connection?.Ring;

    /// <summary>Serves until the toolstack takes the device away. Once at a time.</summary>
    /// <param name="cancellationToken">Closes the present connection; then the method returns.</param>
    /// <returns>How the last connection ended.</returns>
    /// <exception cref="XenProtocolException">The node does not name a front end.</exception>
    /// <exception cref="InvalidOperationException">It serves already.</exception>
    public async Task<XenbusEnd> ServeAsync(CancellationToken cancellationToken = default)
    {
        if (_isServing)
        {
            throw new InvalidOperationException($"{Path} is served already: expected that the task of the earlier {nameof(ServeAsync)} has ended.");
        }

        _isServing = true;
        try
        {
            return await XenbusBackend.ServeAsync(
                _ports,
                Path,
                XenbusRules.BlockBackend,
                _ => _connection = new BlkbackConnection(_store, _options, _counters, _logger),
                _options.Timeouts,
                cancellationToken);
        }
        finally
        {
            _isServing = false;
        }
    }

    /// <summary>Reads the counters.</summary>
    public BlkbackStatistics GetStatistics() => _counters.Snapshot();
}
