using Xen.Events;
using Xen.Platform;
using Xen.Rings;

namespace Xen.Store;

/// <summary>
/// The connection of a guest: two byte rings in a page that it shares with the daemon, and an event channel that tells each side when the
/// other has written or read (xen-protocols 1.9).
/// </summary>
public sealed class RingStoreTransport : IStoreTransport
{
    private readonly IEventChannels _events;
    private readonly EventPort _port;
    private readonly StoreRingPage _page;
    private readonly WaitSource<bool> _readable;
    private readonly WaitSource<bool> _writable;
    private readonly CancellationTokenSource _lifetime = new();
    private bool _isOver;

    /// <summary>Attaches to the page at the indices that it holds.</summary>
    /// <param name="page">The shared page. It must stay while the transport lives.</param>
    /// <param name="port">The guest's end of the event channel; it stays the caller's.</param>
    /// <param name="events">The guest's event channels.</param>
    /// <param name="scheduler">The guest's scheduler.</param>
    public unsafe RingStoreTransport(byte* page, EventPort port, IEventChannels events, IGuestScheduler scheduler)
    {
        ArgumentNullException.ThrowIfNull(page);
        ArgumentNullException.ThrowIfNull(events);
        ArgumentNullException.ThrowIfNull(scheduler);
        _events = events;
        _port = port;
        _page = new StoreRingPage(page);
        _readable = new WaitSource<bool>(scheduler);
        _writable = new WaitSource<bool>(scheduler);
        scheduler.Schedule(static state => _ = ((RingStoreTransport)state!).FollowEventsAsync(), this);
    }

    /// <inheritdoc />
    public string Name => $"ring, {_port}";

    /// <inheritdoc />
    public bool CanResetWatches => true;

    /// <inheritdoc />
    /// <exception cref="XenException">The daemon gave up, or an index of the ring is impossible.</exception>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
    {
        int sent = 0;
        while (true)
        {
            ThrowIfFailed();
            int count = _page.IsConnecting ? 0 : _page.Requests.Write(message.Span[sent..]);
            sent += count;
            if (count > 0)
            {
                _events.Notify(_port);
            }

            if (sent == message.Length)
            {
                return;
            }

            if (count == 0)
            {
                // A message that has begun must be finished: the stream has no other way to say where the next one starts.
                await _writable.WaitAsync(sent == 0 ? cancellationToken : _lifetime.Token);
            }
        }
    }

    /// <inheritdoc />
    /// <exception cref="XenException">The daemon gave up, or an index of the ring is impossible.</exception>
    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            ThrowIfFailed();
            int count = _page.IsConnecting ? 0 : _page.Replies.Read(buffer.Span);
            if (count > 0)
            {
                _events.Notify(_port);
                return count;
            }

            await _readable.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Ends the waits. The page and the port stay the caller's. Idempotent.</summary>
    public ValueTask DisposeAsync()
    {
        if (!_isOver)
        {
            _isOver = true;
            _lifetime.Cancel();
        }

        return ValueTask.CompletedTask;
    }

    private async Task FollowEventsAsync()
    {
        uint seen = 0;
        try
        {
            while (!_isOver)
            {
                seen = await _events.WaitAsync(_port, seen, _lifetime.Token);
                // An event without room or bytes brought no work (R9).
                bool isSpurious = _page.Replies.AvailableBytes() == 0 && !_writable.IsPending;
                _readable.TrySetResult(true);
                _writable.TrySetResult(true);
                _events.Complete(_port, isSpurious);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            End();
        }
    }

    // The port is closed: whoever waits looks again and finds that it is over.
    private void End()
    {
        _isOver = true;
        _lifetime.Cancel();
        _readable.TrySetResult(true);
    }

    private void ThrowIfFailed()
    {
        if (_isOver)
        {
            throw new XenException(XenErrno.ENOTCONN, $"xenstore on {Name}", "the transport was disposed or its port closed");
        }

        XenstoreError error = _page.Error;
        if (error != XenstoreError.None)
        {
            throw new XenException(XenErrno.EIO, $"xenstore on {Name}", $"the daemon gave the connection up: {error}");
        }

        if (_page.Requests.IsBroken || _page.Replies.IsBroken)
        {
            throw new XenException(XenErrno.EIO, $"xenstore on {Name}", "an index of the shared ring is further from the other than the ring is long");
        }
    }
}
