using Xen.Events;
using Xen.Grants;
using Xen.Platform;
using Xen.Rings;
using Xen.Store;

namespace Xen.Blkback;

/// <summary>One queue of a connection: the front end's ring, mapped here, a port, and the loop that carries requests out.</summary>
internal sealed class BlkbackQueue
{
    private static readonly Action<object?> NextTurn = static state => ((BlkbackQueue)state!)._turn.TrySetResult(true);

    private readonly XenbusConnection _connection;
    private readonly IEventChannels _events;
    private readonly BlkbackCounters _counters;
    private readonly MappedGrants _ring;
    private readonly BlkbackProtocol<DirectMemory> _protocol;
    private readonly BlkbackWorker _worker;
    private readonly WaitSource<bool> _turn;
    private readonly EventPort _port;
    private readonly int _requestsPerTurn;
    private bool _hasWorked;
    private bool _isOver;

    /// <summary>Takes over what it is given.</summary>
    public unsafe BlkbackQueue(
        XenbusConnection connection, MappedGrants ring, EventPort port, BlkbackWorker worker, BlkifDisk disk, BlkbackCounters counters, int requestsPerTurn)
    {
        _connection = connection;
        _events = connection.Context.Events;
        _ring = ring;
        _port = port;
        _worker = worker;
        _counters = counters;
        _requestsPerTurn = requestsPerTurn;
        _protocol = new BlkbackProtocol<DirectMemory>(new(ring.Address, ring.Length), disk);
        _turn = new WaitSource<bool>(connection.Context.Scheduler);
    }

    /// <summary>The ring, for people.</summary>
    public RingState Snapshot() => _protocol.Snapshot();

    /// <summary>Begins.</summary>
    public void Start() => _ = RunAsync();

    /// <summary>Gives everything back. No request is under way: each is carried out in one go.</summary>
    public void Release()
    {
        _isOver = true;
        _events.Close(_port);
        _ring.Dispose();
        _worker.Dispose();
    }

    // One method with every wait in it: a wait of an async method of its own would cost a state machine.
    private async Task RunAsync()
    {
        uint seen = 0;
        try
        {
            // The front end may have pushed before the port was bound: the first look needs no event.
            for (bool isWoken = false; !_isOver; isWoken = true)
            {
                _hasWorked = false;
                while (!_isOver && RunTurn())
                {
                    _connection.Context.Scheduler.Schedule(NextTurn, this);
                    await _turn.WaitAsync();
                }

                if (isWoken)
                {
                    Complete();
                }

                seen = await _events.WaitAsync(_port, seen);
                _counters.NotificationsReceived++;
            }
        }
        catch (ObjectDisposedException) when (_isOver)
        {
            // The port was closed: that is how this loop ends.
        }
    }

    private void Complete()
    {
        _counters.SpuriousNotifications += _hasWorked ? 0 : 1;
        if (!_isOver)
        {
            _events.Complete(_port, !_hasWorked);
        }
    }

    // A bounded piece of work, so that others get their turn. True when there is more to do.
    private bool RunTurn()
    {
        int count = RunBatch();
        _hasWorked |= count > 0;
        if (_protocol.IsBroken)
        {
            Break();
            return false;
        }

        return count == _requestsPerTurn || _protocol.FinalCheck();
    }

    private int RunBatch()
    {
        int count = 0;
        while (count < _requestsPerTurn && _protocol.TryTake(out BlkifCheckedRequest request, out BlkifFault fault))
        {
            count++;
            _protocol.Answer(in request, Run(ref request, fault));
        }

        _counters.Requests += count;
        if (_protocol.Push())
        {
            _counters.NotificationsSent++;
            _events.Notify(_port);
        }

        return count;
    }

    private BlkifStatus Run(ref BlkifCheckedRequest request, BlkifFault fault)
    {
        if (fault == BlkifFault.None)
        {
            return _worker.Run(ref request);
        }

        _counters.RefusedRequests++;
        return BlkifRequestCheck.StatusOf(fault);
    }

    private void Break()
    {
        _isOver = true;
        _connection.Fail(_connection.Violation("requests do not outrun responses by more than the ring (R1)", _protocol.Snapshot().ToString()));
    }
}
