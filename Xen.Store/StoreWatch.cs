using Xen.Platform;

namespace Xen.Store;

/// <summary>
/// A watch: tells that something at or below a path may have changed. The first event comes at once. Events say nothing about how often
/// or in what order things changed: equal ones are merged and some are spurious, so a reader reads the state again after each.
/// None is lost: when more paths change than are kept, one event for the watched path itself stands for them all (R14, XSA-349).
/// </summary>
/// <remarks>One waiter at a time. Dispose it: a guest has 128 watches.</remarks>
public sealed class StoreWatch : IAsyncDisposable
{
    /// <summary>How many different changed paths are kept for a reader that is slow.</summary>
    public const int MaxPending = 64;

    private readonly StoreConnection _connection;
    private readonly WaitSource<bool> _changed;
    private readonly Queue<string> _pending = new();
    private readonly HashSet<string> _pendingSet = new(StringComparer.Ordinal);
    private Exception? _failure;
    private bool _disposed;

    internal StoreWatch(StoreConnection connection, string path)
    {
        _connection = connection;
        Path = path;
        _changed = new WaitSource<bool>(connection.Scheduler);
        Token = connection.Register(this);
    }

    /// <summary>The watched path.</summary>
    public string Path { get; }

    internal uint Token { get; }

    /// <summary>Waits for an event.</summary>
    /// <param name="cancellationToken">Ends the wait; no event is lost by that.</param>
    /// <returns>The path that changed: <see cref="Path"/>, one below it, or <see cref="Path"/> for anything below it. Relative when the watched path is.</returns>
    /// <exception cref="ObjectDisposedException">The watch was disposed, before or during the wait.</exception>
    /// <exception cref="XenException">The connection failed.</exception>
    public async ValueTask<string> WaitAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        if (_pending.Count == 0)
        {
            if (_failure is not null)
            {
                throw _failure;
            }

            await _changed.WaitAsync(cancellationToken);
        }

        string path = _pending.Dequeue();
        _pendingSet.Remove(path);
        return path;
    }

    /// <summary>Ends the watch; a waiter gets <see cref="ObjectDisposedException"/>. Idempotent.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _connection.Unregister(Token);
        _changed.TrySetException(new ObjectDisposedException(nameof(StoreWatch), $"The watch on {Path} was disposed."));
        if (_failure is null && _connection.IsUsable)
        {
            await XenStoreClient.UnwatchAsync(_connection, this);
        }
    }

    internal void HandleEvent(string path)
    {
        if (!_pendingSet.Contains(path))
        {
            Add(path);
        }

        _changed.TrySetResult(true);
    }

    internal void HandleFailure(Exception failure)
    {
        _failure = failure;
        _changed.TrySetException(failure);
    }

    private void Add(string path)
    {
        if (_pending.Count >= MaxPending)
        {
            _pending.Clear();
            _pendingSet.Clear();
            path = Path;
        }

        _pending.Enqueue(path);
        _pendingSet.Add(path);
    }
}
