using Xen.Devices;
using Xen.Events;
using Xen.Grants;
using Xen.Platform;
using Xen.Rings;

namespace Xen.Netback;

/// <summary>
/// Frames on their way to the front end: filled in memory of this domain, queued until the front end offers pages, put there by grant copies in
/// batches. The queue is bounded by its pages; a front end that offers none for too long loses it (XSA-392).
/// </summary>
internal sealed unsafe class NetbackSender : ITransmitFrameOwner
{
    private const int BatchCopies = 64;

    private static readonly Action<object?> PumpOnScheduler = static state => ((NetbackSender)state!).PumpScheduled();

    private readonly IGuestScheduler _scheduler;
    private readonly EventWork _work;
    private readonly IGrantTable _grants;
    private readonly DomainId _peer;
    private readonly NetworkOffloads _offloads;
    private readonly LocalPages _memory;
    private readonly TransmitFramePool _pool;
    private readonly NetbackRxProtocol<DirectMemory> _protocol;
    private readonly WaitQueue<TransmitFrame> _waiting;
    private readonly Queue<int> _queue = new();
    private readonly List<int> _batch = new(BatchCopies);
    private readonly GrantCopy[] _copies = new GrantCopy[BatchCopies + Netif.MaxSlots];
    private readonly ushort[] _ids = new ushort[BatchCopies + Netif.MaxSlots];
    private readonly ITimer? _stallTimer;
    private readonly TimeSpan _stallTimeout;
    private readonly Action _notify;
    private readonly Action _onViolation;
    private int _copyCount;
    private int _available;
    private long _progress;
    private long _progressAtTimer;
    private bool _isTimerArmed;
    private bool _isStalled;
    private bool _isPumpScheduled;
    private bool _isOpen = true;

    public NetbackSender(
        IGuestScheduler scheduler,
        EventWork work,
        IGrantTable grants,
        DomainId peer,
        NetbackFrontend frontend,
        NetbackOptions options,
        byte* ring,
        Action notify,
        Action onViolation)
    {
        _scheduler = scheduler;
        _work = work;
        _grants = grants;
        _peer = peer;
        _offloads = frontend.Offloads;
        _notify = notify;
        _onViolation = onViolation;
        _memory = NetbackMemory.Allocate(grants, options.TransmitPages);
        _pool = new TransmitFramePool(_memory.Address, _memory.PageCount);
        _protocol = new NetbackRxProtocol<DirectMemory>(new BackRing<NetifRxRequest, NetifRxResponse, DirectMemory>(ring, GrantedPages.PageSize));
        _waiting = new WaitQueue<TransmitFrame>(scheduler);
        _stallTimeout = options.StallTimeout;
        // A front end that does not say when it offers pages cannot be told from one that is slow (xen-protocols 1.11).
        _stallTimer = frontend.NotifiesReceive
            ? scheduler.TimeProvider.CreateTimer(static state => ((NetbackSender)state!).OnStallTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan)
            : null;
    }

    /// <summary>What the front end did wrong.</summary>
    public NetifViolation Violation => _protocol.Violation;

    /// <summary>Frames put into the front end's pages.</summary>
    public long SentFrames { get; private set; }

    /// <summary>Their bytes.</summary>
    public long SentBytes { get; private set; }

    /// <summary>Frames whose pages could not be written.</summary>
    public long Errors { get; private set; }

    /// <summary>Frames dropped because the front end stalled.</summary>
    public long Dropped { get; private set; }

    /// <summary>True while the front end offers no pages and frames are dropped.</summary>
    public bool IsStalled => _isStalled;

    /// <summary>The longest frame there are pages for.</summary>
    public int LargestFrame => Math.Min(_pool.PageCount * GrantedPages.PageSize, Netif.MaxPacketBytes);

    /// <summary>The ring, for people.</summary>
    public RingState Snapshot() => _protocol.Snapshot();

    /// <summary>Reserves when there are pages and nobody waits.</summary>
    public bool TryReserve(int length, out TransmitFrame frame)
    {
        frame = default;
        return _isOpen && _waiting.IsEmpty && TryTake(length, out frame);
    }

    /// <summary>Waits for pages behind everybody who waits already.</summary>
    public ValueTask<TransmitFrame> WaitAsync(int length, CancellationToken cancellationToken) => _waiting.WaitAsync(length, cancellationToken);

    /// <summary>Sends what waits for pages.</summary>
    public void HandleEvent() => Pump();

    /// <summary>Ends all work; what waits is lost. Idempotent.</summary>
    public void Close(Func<Exception> makeException)
    {
        if (!_isOpen)
        {
            return;
        }

        _isOpen = false;
        _stallTimer?.Dispose();
        DropQueue();
        _waiting.FailAll(makeException);
    }

    /// <summary>Gives the memory back.</summary>
    public void Release()
    {
        _pool.Detach();
        _memory.Dispose();
    }

    Span<byte> ITransmitFrameOwner.GetSpan(int index, uint generation) => _pool.GetSpan(index, generation);

    FrameOffload ITransmitFrameOwner.GetOffload(int index, uint generation) => _pool.Offload(index, generation);

    void ITransmitFrameOwner.SetOffload(int index, uint generation, FrameOffload offload) => _pool.Offload(index, generation) = offload;

    DeviceResult ITransmitFrameOwner.Send(int index, uint generation)
    {
        FrameOffload offload = _pool.Offload(index, generation);
        _pool.MarkSent(index, generation);
        DeviceResult result = Judge(offload);
        if (!result.IsSuccess || _isStalled)
        {
            Dropped += result.IsSuccess ? 1 : 0;
            FreeFrame(index);
            // A stalled front end may have recovered without an event: look.
            SchedulePump();
            return result;
        }

        _queue.Enqueue(index);
        SchedulePump();
        return DeviceResult.Success;
    }

    void ITransmitFrameOwner.Release(int index, uint generation)
    {
        if (_pool.TryRelease(index, generation))
        {
            ServeWaiting();
        }
    }

    private DeviceResult Judge(FrameOffload offload)
    {
        if (!_isOpen || Violation.IsViolation)
        {
            return new DeviceResult(DeviceStatus.Disconnected, 0);
        }

        NetworkOffloads needed = offload.GsoType switch
        {
            GsoType.TcpIPv4 => NetworkOffloads.GsoTcpIPv4,
            GsoType.TcpIPv6 => NetworkOffloads.GsoTcpIPv6,
            _ => NetworkOffloads.None,
        };
        bool isCuttable = needed == NetworkOffloads.None || (offload.GsoSize > 0 && offload.Checksum == ChecksumState.Partial);
        return isCuttable && (needed & ~_offloads) == 0 ? DeviceResult.Success : new DeviceResult(DeviceStatus.NotSupported, (int)needed);
    }

    private bool TryTake(int length, out TransmitFrame frame)
    {
        bool taken = _pool.TryReserve(length, out int index, out uint generation);
        frame = taken ? new TransmitFrame(this, index, generation) : default;
        return taken;
    }

    private void FreeFrame(int index)
    {
        _pool.Free(index);
        ServeWaiting();
    }

    private void ServeWaiting()
    {
        while (_isOpen && !_waiting.IsEmpty && TryTake(_waiting.FirstNeed, out TransmitFrame frame))
        {
            _waiting.ServeFirst(frame);
        }
    }

    private void SchedulePump()
    {
        if (_isOpen && !_isPumpScheduled)
        {
            _isPumpScheduled = true;
            _scheduler.Schedule(PumpOnScheduler, this);
        }
    }

    // Once for all that one turn of the scheduler sent.
    private void PumpScheduled()
    {
        _isPumpScheduled = false;
        Pump();
    }

    // One look at the index for each turn: a front end on another processor can move it as often as it is looked at (R9).
    private void Pump()
    {
        if (!_isOpen)
        {
            return;
        }

        int known = _available;
        _available = _protocol.Poll();
        if (_available != known)
        {
            _work.Note();
        }

        _isStalled &= _available == 0;
        while (_queue.TryPeek(out int index) && NetbackFraming.SlotsOf(_pool.LengthOf(index), _pool.OffloadOf(index)) <= _available)
        {
            AddToBatch(_queue.Dequeue());
        }

        Execute();
        if (_protocol.FinalCheck(Wanted()) && _queue.Count > 0)
        {
            SchedulePump();
        }

        ReportOrPublish();
    }

    // Nothing waits: the first page that is offered is worth knowing of, so that a stall ends.
    private int Wanted() => _queue.TryPeek(out int index) ? NetbackFraming.SlotsOf(_pool.LengthOf(index), _pool.OffloadOf(index)) : 1;

    private void ReportOrPublish()
    {
        if (_protocol.Publish())
        {
            _notify();
        }

        if (Violation.IsViolation)
        {
            _onViolation();
        }
        else if (_queue.Count > 0)
        {
            ArmStallTimer();
        }
    }

    private void AddToBatch(int index)
    {
        int length = _pool.LengthOf(index);
        _available -= NetbackFraming.SlotsOf(length, _pool.OffloadOf(index));
        _batch.Add(index);
        int pages = Netif.SlotsOf(length);
        for (int page = 0; page < pages; page++)
        {
            _protocol.TryTake(out ushort id, out GrantRef reference);
            _ids[_copyCount] = id;
            ref GrantCopy copy = ref _copies[_copyCount++];
            copy.Peer = _peer;
            copy.Ref = reference;
            copy.Length = (ushort)Math.Min(length - (page * Netif.PageBytes), Netif.PageBytes);
            copy.Local = _pool.AddressOf(index) + (page * Netif.PageBytes);
            if (page == 0 && NetbackFraming.ExtrasOf(_pool.OffloadOf(index)) > 0)
            {
                // The page of the slot that carries extra info stays unused.
                _protocol.TryTake(out _, out _);
            }
        }

        if (_copyCount >= BatchCopies)
        {
            Execute();
        }
    }

    private void Execute()
    {
        if (_batch.Count == 0)
        {
            return;
        }

        _grants.Copy(_copies.AsSpan(0, _copyCount));
        int first = 0;
        foreach (int index in _batch)
        {
            int count = Netif.SlotsOf(_pool.LengthOf(index));
            AnswerFrame(index, first, count);
            first += count;
        }

        _progress++;
        _copyCount = 0;
        foreach (int index in _batch)
        {
            _pool.Free(index);
        }

        _batch.Clear();
        ServeWaiting();
    }

    private void AnswerFrame(int index, int first, int count)
    {
        bool failed = false;
        FrameOffload offload = _pool.OffloadOf(index);
        for (int i = 0; i < count; i++)
        {
            ref GrantCopy copy = ref _copies[first + i];
            bool copied = copy.Status == GrantStatus.Okay;
            failed |= !copied;
            _protocol.Answer(
                _ids[first + i], NetbackFraming.FlagsOf(offload, i == 0, i + 1 == count), copied ? (short)copy.Length : (short)NetifStatus.Error);
            if (i == 0 && NetbackFraming.ExtrasOf(offload) > 0)
            {
                _protocol.AnswerExtra(NetifExtraInfo.Gso((NetifGsoType)offload.GsoType, offload.GsoSize));
            }
        }

        SentFrames += failed ? 0 : 1;
        SentBytes += failed ? 0 : _pool.LengthOf(index);
        Errors += failed ? 1 : 0;
    }

    private void ArmStallTimer()
    {
        if (!_isTimerArmed && _stallTimer is not null)
        {
            _isTimerArmed = true;
            _progressAtTimer = _progress;
            _stallTimer.Change(_stallTimeout, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnStallTimer()
    {
        _isTimerArmed = false;
        if (!_isOpen || _queue.Count == 0)
        {
            return;
        }

        if (_progress != _progressAtTimer)
        {
            ArmStallTimer();
            return;
        }

        _isStalled = true;
        Dropped += _queue.Count;
        DropQueue();
        ServeWaiting();
    }

    private void DropQueue()
    {
        while (_queue.TryDequeue(out int index))
        {
            _pool.Free(index);
        }
    }
}
