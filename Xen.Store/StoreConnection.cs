using Microsoft.Extensions.Logging;
using Xen.Platform;
using Xen.Rings;

namespace Xen.Store;

/// <summary>
/// One connection to a daemon: sends requests in order, matches replies by number in any order, hands events to watches (xen-protocols 1.9).
/// Whatever the daemon sends that cannot be, ends the connection for all who wait (R14).
/// </summary>
internal sealed class StoreConnection : IAsyncDisposable
{
    // The default quota of a guest is 20 outstanding requests; what is beyond this waits here, in order.
    private const int SlotBits = 4;
    private const int Slots = 1 << SlotBits;
    private const int MaxQueued = 1024;
    private const int MaxIdle = 2 * Slots;

    private readonly IStoreTransport _transport;
    private readonly IGuestScheduler _scheduler;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _lifetime = new();
    private readonly StoreMessageReader _reader = new();
    private readonly StoreRequest?[] _sent = new StoreRequest?[Slots];
    private readonly Queue<StoreRequest> _queue = new();
    private readonly Stack<StoreRequest> _idle = new();
    private readonly SortedDictionary<uint, StoreWatch> _watches = [];
    private readonly WaitSource<bool> _mayContinueSending;
    private Task _sending = Task.CompletedTask;
    private Task _receiving = Task.CompletedTask;
    private XenException? _failure;
    private uint _generation;
    private uint _nextToken;
    private int _sentCount;
    private bool _disposed;

    public StoreConnection(IStoreTransport transport, IGuestScheduler scheduler, ILogger logger)
    {
        _transport = transport;
        _scheduler = scheduler;
        _logger = logger;
        _mayContinueSending = new WaitSource<bool>(scheduler);
        Telemetry.Add(this);
        scheduler.Schedule(static state => ((StoreConnection)state!).Start(), this);
    }

    public string Name => _transport.Name;

    public bool CanResetWatches => _transport.CanResetWatches;

    public IGuestScheduler Scheduler => _scheduler;

    public bool IsUsable => _failure is null;

    public int WatchCount => _watches.Count;

    /// <summary>Requests that were made.</summary>
    public long RequestCount { get; private set; }

    /// <summary>Watch events that came.</summary>
    public long EventCount { get; private set; }

    /// <summary>Begins a request; the caller appends its arguments and hands it to <see cref="CallAsync"/>.</summary>
    public StoreRequest Rent(XsdSockmsgType type, uint transactionId, string subject)
    {
        StoreRequest request = _idle.Count > 0 ? _idle.Pop() : new StoreRequest(_scheduler);
        request.Begin(type, transactionId, subject);
        return request;
    }

    /// <summary>Sends a request and waits for its reply, which may be an error's name.</summary>
    public async ValueTask<StoreReply> CallAsync(StoreRequest request, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(XenStoreClient));
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfFailed(request);
        if (_queue.Count >= MaxQueued)
        {
            throw new XenException(XenErrno.EBUSY, request.ToString(), $"{MaxQueued} requests wait already on {Name}");
        }

        RequestCount++;
        ValueTask<StoreReply> reply = request.Wait.WaitAsync(cancellationToken);
        Enqueue(request);
        try
        {
            return await reply;
        }
        finally
        {
            request.IsCallerGone = true;
            Recycle(request);
        }
    }

    /// <summary>Gives a watch its token. From now on events for it are taken: the first may come before the reply.</summary>
    public uint Register(StoreWatch watch)
    {
        do
        {
            _nextToken++;
        }
        while (_watches.ContainsKey(_nextToken));

        _watches.Add(_nextToken, watch);
        return _nextToken;
    }

    public void Unregister(uint token) => _watches.Remove(token);

    /// <summary>Ends the connection because of what the other side sent.</summary>
    public XenException FailProtocol(string what)
    {
        Fail(new XenException(XenErrno.EIO, $"xenstore on {Name}", what));
        return _failure!;
    }

    public async ValueTask DisposeAsync()
    {
        Telemetry.Remove(this);
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        Fail(new XenException(XenErrno.ENOTCONN, $"xenstore on {Name}", "the client was disposed"));
        await _transport.DisposeAsync();
        await _sending;
        await _receiving;
        _lifetime.Dispose();
    }

    private void Start()
    {
        if (_failure is not null)
        {
            return;
        }

        _sending = SendLoopAsync();
        _receiving = ReceiveLoopAsync();
    }

    private void Enqueue(StoreRequest request)
    {
        _queue.Enqueue(request);
        _mayContinueSending.TrySetResult(true);
    }

    private async Task SendLoopAsync()
    {
        try
        {
            while (true)
            {
                while (_queue.Count == 0 || _sentCount == Slots)
                {
                    await _mayContinueSending.WaitAsync(_lifetime.Token);
                }

                await SendNextAsync();
            }
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    private async ValueTask SendNextAsync()
    {
        StoreRequest request = _queue.Dequeue();
        if (!request.Wait.IsPending && !request.IsCallerGone)
        {
            // Cancelled before it was sent: nothing to wait for.
            request.IsAnswered = true;
            return;
        }

        if (request.IsCallerGone && !IsUndo(request))
        {
            request.IsAnswered = true;
            Recycle(request);
            return;
        }

        int slot = Array.IndexOf(_sent, null);
        _generation++;
        // Never 0, which is the number of events, and different from every number of the last 2^28 requests.
        request.Id = ((_generation << SlotBits) | (uint)slot) is uint id and not 0 ? id : ((++_generation << SlotBits) | (uint)slot);
        _sent[slot] = request;
        _sentCount++;
        request.Seal();
        await _transport.SendAsync(request.Message, _lifetime.Token);
    }

    private async Task ReceiveLoopAsync()
    {
        try
        {
            while (_failure is null)
            {
                int count = await _transport.ReceiveAsync(_reader.Free, _lifetime.Token);
                if (count == 0)
                {
                    throw new XenException(XenErrno.ENOTCONN, $"xenstore on {Name}", "the daemon closed the connection");
                }

                _reader.Advance(count);
                HandleMessages();
            }
        }
        catch (Exception exception)
        {
            Fail(exception);
        }
    }

    private void HandleMessages()
    {
        while (_failure is null && _reader.TryRead(out XsdSockmsg header, out ReadOnlySpan<byte> payload))
        {
            if (header.Type == (uint)XsdSockmsgType.WatchEvent)
            {
                EventCount++;
                HandleEvent(payload);
            }
            else
            {
                HandleReply(header, payload);
            }
        }

        if (_reader.ImpossibleLength != 0)
        {
            FailProtocol($"a message announced {_reader.ImpossibleLength} bytes of payload, at most {XsdSockmsg.PayloadMax} are allowed");
        }
    }

    private void HandleReply(in XsdSockmsg header, ReadOnlySpan<byte> payload)
    {
        StoreRequest? request = FindRequest(header);
        if (request is null)
        {
            FailProtocol($"a reply of type {header.Type} came for request {header.ReqId}, which is not outstanding");
            return;
        }

        bool isError = header.Type == (uint)XsdSockmsgType.Error;
        if ((!isError && header.Type != (uint)request.Type) || (header.TxId != request.TransactionId && header.ReqId == request.Id))
        {
            FailProtocol($"request {request.Id} ({request}) was answered with type {header.Type} for transaction {header.TxId}");
            return;
        }

        _sent[Array.IndexOf(_sent, request)] = null;
        _sentCount--;
        _mayContinueSending.TrySetResult(true);
        Answer(request, StoreReply.Copy((XsdSockmsgType)header.Type, payload));
    }

    private StoreRequest? FindRequest(in XsdSockmsg header)
    {
        StoreRequest? request = _sent[header.ReqId & (Slots - 1)];
        if (request is not null && request.Id == header.ReqId)
        {
            return request;
        }

        // Linux's /dev/xen/xenbus answers WATCH and UNWATCH itself, on old kernels with number 0, in order (xen-protocols 1.14).
        bool isKernelsAnswer = header.ReqId == 0 && !CanResetWatches
            && header.Type is (uint)XsdSockmsgType.Watch or (uint)XsdSockmsgType.Unwatch;
        return isKernelsAnswer ? OldestSent((XsdSockmsgType)header.Type) : null;
    }

    private StoreRequest? OldestSent(XsdSockmsgType type)
    {
        StoreRequest? oldest = null;
        foreach (StoreRequest? request in _sent)
        {
            if (request is not null && request.Type == type && (oldest is null || (int)((request.Id >> SlotBits) - (oldest.Id >> SlotBits)) < 0))
            {
                oldest = request;
            }
        }

        return oldest;
    }

    private void Answer(StoreRequest request, in StoreReply reply)
    {
        request.IsAnswered = true;
        if (!request.Wait.TrySetResult(reply))
        {
            Undo(request, reply);
        }

        Recycle(request);
    }

    // Whoever asked has gone: what the daemon made for it must not stay.
    private void Undo(StoreRequest request, in StoreReply reply)
    {
        if (reply.Type == XsdSockmsgType.Watch)
        {
            Detach(Rent(XsdSockmsgType.Unwatch, 0, request.Subject).AppendBytes(request.Payload));
        }
        else if (reply.Type == XsdSockmsgType.TransactionStart && StoreText.TryParseNumber(reply.Payload, out uint transaction))
        {
            Detach(Rent(XsdSockmsgType.TransactionEnd, transaction, "").AppendString("F"));
        }
    }

    private void Detach(StoreRequest request)
    {
        request.IsCallerGone = true;
        Enqueue(request);
    }

    private static bool IsUndo(StoreRequest request) => request.Type is XsdSockmsgType.Unwatch or XsdSockmsgType.TransactionEnd;

    private void Recycle(StoreRequest request)
    {
        if (request.IsAnswered && request.IsCallerGone && _idle.Count < MaxIdle)
        {
            _idle.Push(request);
        }
    }

    private void HandleEvent(ReadOnlySpan<byte> payload)
    {
        if (!StoreText.TryReadEvent(payload, out string path, out uint token))
        {
            FailProtocol($"a watch event of {payload.Length} bytes is not a path and a token of ours");
            return;
        }

        // An event can cross with the end of its watch: then nobody wants it.
        if (_watches.TryGetValue(token, out StoreWatch? watch))
        {
            watch.HandleEvent(path);
        }
    }

    private void ThrowIfFailed(StoreRequest request)
    {
        if (_failure is not null)
        {
            throw Failure(request.ToString());
        }
    }

    // One exception each: a shared one would gather everybody's stack.
    private XenException Failure(string operation) => new(_failure!.ErrorCode, operation, _failure.Message, _failure);

    private void Fail(Exception cause)
    {
        if (_failure is not null)
        {
            return;
        }

        _failure = cause as XenException ?? new XenException(XenErrno.EIO, $"xenstore on {Name}", cause.Message, cause);
        if (!_disposed)
        {
            Log.ConnectionFailed(_logger, Name, _failure.Message);
        }

        _lifetime.Cancel();
        FailRequests();
        foreach (StoreWatch watch in _watches.Values)
        {
            watch.HandleFailure(Failure($"watch on {watch.Path}"));
        }

        _watches.Clear();
    }

    private void FailRequests()
    {
        foreach (StoreRequest? request in _sent)
        {
            request?.Wait.TrySetException(Failure(request.ToString()));
        }

        foreach (StoreRequest request in _queue)
        {
            request.Wait.TrySetException(Failure(request.ToString()));
        }

        Array.Clear(_sent);
        _queue.Clear();
    }
}
