using Xen.Platform;
using Xen.Store;

namespace Xen.Simulation;

/// <summary>A connection to the daemon of the same process, like that of a tool in domain 0: no ring between.</summary>
public sealed class DirectStoreTransport : IStoreTransport
{
    private readonly Xenstored _daemon;
    private readonly XenstoredClient _client;
    private readonly IGuestScheduler _scheduler;
    private readonly WaitSource<bool> _readable;
    private readonly WaitSource<bool> _writable;

    /// <summary>Connects.</summary>
    /// <param name="daemon">The daemon.</param>
    /// <param name="domain">Whose connection.</param>
    /// <param name="scheduler">Where the daemon's work for this connection runs.</param>
    public DirectStoreTransport(Xenstored daemon, DomainId domain, IGuestScheduler scheduler)
    {
        ArgumentNullException.ThrowIfNull(daemon);
        ArgumentNullException.ThrowIfNull(scheduler);
        _daemon = daemon;
        _scheduler = scheduler;
        _client = daemon.Connect(domain);
        _client.OutputReady = OnOutputReady;
        _readable = new WaitSource<bool>(scheduler);
        _writable = new WaitSource<bool>(scheduler);
        Name = $"simulated xenstored, {domain}";
    }

    /// <inheritdoc />
    public string Name { get; }

    /// <inheritdoc />
    public bool CanResetWatches => true;

    /// <inheritdoc />
    public async ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
    {
        // The daemon runs later, not inside the caller, as it would in another domain.
        await WaitForTurnAsync(_writable, cancellationToken);
        int sent = _client.Take(message.Span);
        while (sent < message.Length)
        {
            await _writable.WaitAsync(CancellationToken.None);
            sent += _client.Take(message.Span[sent..]);
        }
    }

    /// <inheritdoc />
    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!_client.HasOutput)
        {
            if (_client.IsClosed)
            {
                return 0;
            }

            await _readable.WaitAsync(cancellationToken);
        }

        int count = _client.TakeOutput(buffer.Span);
        _writable.TrySetResult(true);
        return count;
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        _daemon.Disconnect(_client);
        return ValueTask.CompletedTask;
    }

    private ValueTask<bool> WaitForTurnAsync(WaitSource<bool> wait, CancellationToken cancellationToken)
    {
        ValueTask<bool> turn = wait.WaitAsync(cancellationToken);
        _scheduler.Schedule(static state => ((WaitSource<bool>)state!).TrySetResult(true), wait);
        return turn;
    }

    private void OnOutputReady()
    {
        _readable.TrySetResult(true);
        _writable.TrySetResult(true);
    }
}
