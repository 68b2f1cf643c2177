namespace Xen.Store;

/// <summary>
/// A connection to a xenstore daemon: a byte stream of messages, each a 16-byte header and its payload (xen-protocols 1.9).
/// Implemented by the shared ring, by <c>/dev/xen/xenbus</c> and by a unix socket. Used on the guest's scheduler.
/// </summary>
public interface IStoreTransport : IAsyncDisposable
{
    /// <summary>What this is connected to, for messages: <c>ring, port 3</c>, <c>/dev/xen/xenbus</c>.</summary>
    string Name { get; }

    /// <summary>
    /// True when the daemon's side of watches is this connection's alone, so that RESET_WATCHES is safe. False on <c>/dev/xen/xenbus</c>,
    /// where the kernel would lose its own.
    /// </summary>
    bool CanResetWatches { get; }

    /// <summary>Sends one whole message. One caller at a time.</summary>
    /// <param name="message">Header and payload.</param>
    /// <param name="cancellationToken">Ends the wait for space; once part of a message went out the transport finishes it or fails for good.</param>
    ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default);

    /// <summary>Receives at least one byte, at any boundary. One caller at a time.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many bytes; 0 when the connection is over.</returns>
    ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);
}
