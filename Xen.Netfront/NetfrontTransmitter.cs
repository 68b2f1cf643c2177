using Xen.Devices;
using Xen.Events;
using Xen.Grants;
using Xen.Platform;
using Xen.Rings;

namespace Xen.Netfront;

/// <summary>
/// The transmit side of a queue: memory and credit for frames, the ring, and who waits for credit. A reservation takes pages and slots as
/// credit, never a place in the ring; sending takes the place, so a slow filler holds up nobody.
/// </summary>
internal sealed class NetfrontTransmitter : ITransmitFrameOwner
{
    private static readonly Action<object?> FlushOnScheduler = static state => ((NetfrontTransmitter)state!).Flush();
    private static readonly Action<object?> DrainOnScheduler = static state => ((NetfrontTransmitter)state!).DrainScheduled();

    private readonly IGuestScheduler _scheduler;
    private readonly EventWork _work;
    private readonly GrantedPages _pages;
    private readonly NetfrontIdentity _identity;
    private readonly NetworkOffloads _offloads;
    private readonly Action _notify;
    private readonly Action _onViolation;
    private readonly TransmitFramePool _pool;
    private readonly NetfrontTxProtocol<DirectMemory> _protocol;
    private readonly WaitQueue<TransmitFrame> _waiting;
    private int _reservedSlots;
    private bool _isFlushScheduled;
    private bool _isDrainScheduled;
    private bool _isOpen;

    public unsafe NetfrontTransmitter(IGuestScheduler scheduler, EventWork work, NetfrontQueuePages pages, NetfrontIdentity identity, NetworkOffloads offloads, Action notify, Action onViolation)
    {
        _scheduler = scheduler;
        _work = work;
        _pages = pages.Transmit;
        _identity = identity;
        _offloads = offloads;
        _notify = notify;
        _onViolation = onViolation;
        _pool = new TransmitFramePool(_pages.Address, _pages.PageCount);
        byte* ring = pages.Rings.Address + (NetfrontQueuePages.TransmitRing * GrantedPages.PageSize);
        _protocol = new NetfrontTxProtocol<DirectMemory>(new FrontRing<NetifTxRequest, NetifTxResponse, DirectMemory>(ring, GrantedPages.PageSize), _pages.PageCount);
        _waiting = new WaitQueue<TransmitFrame>(scheduler);
    }

    /// <summary>What the back end did wrong.</summary>
    public NetifViolation Violation => _protocol.Violation;

    /// <summary>Frames that the back end took.</summary>
    public long SentFrames { get; private set; }

    /// <summary>Their bytes.</summary>
    public long SentBytes { get; private set; }

    /// <summary>Frames answered with an error.</summary>
    public long Errors { get; private set; }

    /// <summary>Frames dropped.</summary>
    public long Dropped { get; private set; }

    /// <summary>The longest frame there are pages for.</summary>
    public int LargestFrame => Math.Min(_pool.PageCount * GrantedPages.PageSize, Netif.MaxPacketBytes);

    /// <summary>The ring, for people.</summary>
    public RingState Snapshot() => _protocol.Snapshot();

    /// <summary>Lets reservations in.</summary>
    public void Open() => _isOpen = true;

    /// <summary>Reserves when there is credit and nobody waits.</summary>
    public bool TryReserve(int length, out TransmitFrame frame)
    {
        frame = default;
        return _isOpen && _waiting.IsEmpty && (TryTake(length, out frame) || (Reap() && TryTake(length, out frame)));
    }

    /// <summary>Waits for credit behind everybody who waits already.</summary>
    public ValueTask<TransmitFrame> WaitAsync(int length, CancellationToken cancellationToken)
    {
        ValueTask<TransmitFrame> wait = _waiting.WaitAsync(length, cancellationToken);
        // The next response is worth waking for now, however many were asked for before.
        Drain();
        ServeWaiting();
        return wait;
    }

    /// <summary>Takes what the back end answered.</summary>
    public void HandleEvent()
    {
        Drain();
        ServeWaiting();
    }

    /// <summary>Ends all work; what is on its way is lost. Idempotent.</summary>
    public void Close(Func<Exception> makeException)
    {
        if (_isOpen)
        {
            _isOpen = false;
            _waiting.FailAll(makeException);
        }
    }

    /// <summary>Gives the pages back.</summary>
    public void Release(IGrantTable grants)
    {
        _pool.Detach();
        grants.Revoke(_pages);
    }

    Span<byte> ITransmitFrameOwner.GetSpan(int index, uint generation) => _pool.GetSpan(index, generation);

    FrameOffload ITransmitFrameOwner.GetOffload(int index, uint generation) => _pool.Offload(index, generation);

    void ITransmitFrameOwner.SetOffload(int index, uint generation, FrameOffload offload) => _pool.Offload(index, generation) = offload;

    DeviceResult ITransmitFrameOwner.Send(int index, uint generation)
    {
        DeviceResult result = Judge(_pool.GetSpan(index, generation), _pool.Offload(index, generation));
        _pool.MarkSent(index, generation);
        int length = _pool.LengthOf(index);
        _reservedSlots -= CreditOf(length);
        if (!result.IsSuccess)
        {
            _pool.Free(index);
            ServeWaiting();
            return result;
        }

        _protocol.TryQueue(index, _pages.Refs.Slice(index, TransmitFramePool.PagesOf(length)), length, WithinCredit(index, length));
        ScheduleFlush();
        return DeviceResult.Success;
    }

    void ITransmitFrameOwner.Release(int index, uint generation)
    {
        int length = _pool.LengthOf(index);
        if (_pool.TryRelease(index, generation))
        {
            _reservedSlots -= CreditOf(length);
            ServeWaiting();
        }
    }

    private DeviceResult Judge(ReadOnlySpan<byte> frame, FrameOffload offload)
    {
        if (!_isOpen || Violation.IsViolation)
        {
            return new DeviceResult(DeviceStatus.Disconnected, 0);
        }

        bool isCuttable = offload.GsoType == GsoType.None || (offload.GsoSize > 0 && offload.Checksum == ChecksumState.Partial);
        if (!isCuttable)
        {
            return new DeviceResult(DeviceStatus.NotSupported, 0);
        }

        NetworkOffloads needed = NetfrontOffloads.NeededBy(frame, offload);
        return (needed & ~_offloads) == 0 ? DeviceResult.Success : new DeviceResult(DeviceStatus.NotSupported, (int)(needed & ~_offloads));
    }

    // A frame beyond the MTU may be one to cut, which takes a slot of extra info. One within it is not cut.
    private int CreditOf(int length) => TransmitFramePool.PagesOf(length) + (IsBeyondMtu(length) ? 1 : 0);

    private FrameOffload WithinCredit(int index, int length)
    {
        FrameOffload offload = _pool.OffloadOf(index);
        return IsBeyondMtu(length) ? offload : new FrameOffload(offload.Checksum);
    }

    private bool IsBeyondMtu(int length) => length > _identity.Mtu + Netif.MinPacketBytes;

    private bool TryTake(int length, out TransmitFrame frame)
    {
        frame = default;
        int credit = CreditOf(length);
        if (_protocol.FreeSlots - _reservedSlots < credit || !_pool.TryReserve(length, out int index, out uint generation))
        {
            return false;
        }

        _reservedSlots += credit;
        frame = new TransmitFrame(this, index, generation);
        return true;
    }

    private void ServeWaiting()
    {
        while (_isOpen && !_waiting.IsEmpty && TryTake(_waiting.FirstNeed, out TransmitFrame frame))
        {
            _waiting.ServeFirst(frame);
        }
    }

    private void ScheduleFlush()
    {
        if (!_isFlushScheduled)
        {
            _isFlushScheduled = true;
            _scheduler.Schedule(FlushOnScheduler, this);
        }
    }

    // Once for all that one turn of the scheduler sent.
    private void Flush()
    {
        _isFlushScheduled = false;
        if (_isOpen && _protocol.Publish())
        {
            _notify();
        }
    }

    private void DrainScheduled()
    {
        _isDrainScheduled = false;
        HandleEvent();
    }

    // One pass for each turn: a back end on another processor can move its index as often as it is looked at (R9).
    private void Drain()
    {
        if (!_isOpen)
        {
            return;
        }

        Reap();
        if (_protocol.FinalCheck(WakeAfter()) && !_isDrainScheduled)
        {
            _isDrainScheduled = true;
            _scheduler.Schedule(DrainOnScheduler, this);
        }
    }

    // Nobody waits: half of what is on its way may be answered before it is worth an event.
    private int WakeAfter() => _waiting.IsEmpty ? Math.Max(1, _protocol.OutstandingSlots / 2) : 1;

    private bool Reap()
    {
        bool worked = false;
        while (_protocol.TryComplete(out NetfrontTxCompletion completion))
        {
            worked = true;
            Count(completion);
            _pool.Free(completion.Frame);
        }

        if (worked)
        {
            _work.Note();
        }

        if (Violation.IsViolation)
        {
            _onViolation();
        }

        return worked;
    }

    private void Count(NetfrontTxCompletion completion)
    {
        switch (completion.Status)
        {
            case NetifStatus.Okay:
                SentFrames++;
                SentBytes += _pool.LengthOf(completion.Frame);
                break;
            case NetifStatus.Dropped:
                Dropped++;
                break;
            default:
                Errors++;
                break;
        }
    }
}
