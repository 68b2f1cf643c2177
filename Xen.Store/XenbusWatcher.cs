using Xen.Platform;

namespace Xen.Store;

/// <summary>Watches both ends of a connection and tells it what their nodes hold now.</summary>
internal sealed class XenbusWatcher(XenbusConnection connection) : IAsyncDisposable
{
    private readonly XenbusContext _context = connection.Context;
    private StoreWatch? _own;
    private StoreWatch? _peer;
    private Task _followingOwn = Task.CompletedTask;
    private Task _followingPeer = Task.CompletedTask;
    private bool _isStopping;

    /// <summary>Begins. Returns the state of this end before any event is handed on; <see langword="null"/> when there is no such node.</summary>
    public async ValueTask<byte[]?> StartAsync()
    {
        _own = await _context.Store.WatchAsync(_context.Path);
        _peer = await _context.Store.WatchAsync(_context.PeerKey("state"));
        byte[]? state = await _context.Store.TryReadAsync(_context.Key("state"));
        _followingOwn = FollowAsync(_own, HandleOwnAsync);
        _followingPeer = FollowAsync(_peer, HandlePeerAsync);
        return state;
    }

    public async ValueTask DisposeAsync()
    {
        _isStopping = true;
        if (_own is not null)
        {
            await _own.DisposeAsync();
        }

        if (_peer is not null)
        {
            await _peer.DisposeAsync();
        }

        await _followingOwn;
        await _followingPeer;
    }

    private async Task FollowAsync(StoreWatch watch, Func<string, ValueTask> handle)
    {
        try
        {
            while (true)
            {
                await handle(await watch.WaitAsync());
            }
        }
        catch (ObjectDisposedException) when (_isStopping)
        {
            // The end of the watch is the end of following it.
            return;
        }
        catch (Exception exception) when (exception is XenException or ObjectDisposedException)
        {
            connection.LoseStore(exception);
        }
    }

    // Every key that is published below the node makes an event, too: only these two matter, or the whole node.
    private async ValueTask HandleOwnAsync(string path)
    {
        string peerKey = connection.Rules.Role == XenbusRole.Frontend ? "backend" : "frontend";
        if (path == _context.Path || path == _context.Key("state"))
        {
            connection.HandleOwnState(await _context.Store.TryReadAsync(_context.Key("state")));
        }

        if (path == _context.Path || path == _context.Key(peerKey))
        {
            connection.HandlePeerPath(await _context.Store.TryReadTextAsync(_context.Key(peerKey)));
        }
    }

    private async ValueTask HandlePeerAsync(string path)
    {
        try
        {
            connection.HandlePeerState(await _context.Store.TryReadAsync(_context.PeerKey("state")));
        }
        catch (XenException exception) when (exception.ErrorCode == XenErrno.EACCES)
        {
            // The daemon hides a node that is gone when what is left above it cannot be read.
            connection.HandlePeerState(null);
        }
    }
}
