using Xen.Devices;
using Xen.Events;
using Xen.Grants;
using Xen.Platform;
using Xen.Rings;

namespace Xen.Netback;

/// <summary>
/// Frames from the front end: copied out of its pages in batches, packed into pages of this domain, handed to the listener. When the
/// listener holds all the pages, requests stay in the ring, which holds back the front end.
/// </summary>
internal sealed unsafe class NetbackReceiver : IReceivedFrameOwner
{
    private const int BatchCopies = 64;
    private const int MaxCopiesOfPacket = Netif.MaxSlots + (Netif.MaxPacketBytes / Netif.PageBytes) + 1;

    private static readonly Action<object?> PumpOnScheduler = static state => ((NetbackReceiver)state!).PumpScheduled();

    private readonly IGuestScheduler _scheduler;
    private readonly EventWork _work;
    private readonly IGrantTable _grants;
    private readonly DomainId _peer;
    private readonly FrameInbox _inbox;
    private readonly LocalPages _memory;
    private readonly ReceivePage[] _pages;
    private readonly Stack<int> _free;
    private readonly Stack<ReceivedFrameBuffer> _buffers;
    private readonly Pending[] _batch = new Pending[BatchCopies];
    private readonly GrantCopy[] _copies = new GrantCopy[BatchCopies + MaxCopiesOfPacket];
    private readonly NetbackSlot[] _slots = new NetbackSlot[BatchCopies + MaxCopiesOfPacket];
    private readonly NetbackTxProtocol<DirectMemory> _protocol;
    private readonly Action _notify;
    private readonly Action _onViolation;
    private int _copyCount;
    private int _slotCount;
    private int _batchCount;
    private long _failed;
    private bool _isPumpScheduled;
    private bool _isOpen = true;
    private bool _isReleased;

    public NetbackReceiver(
        IGuestScheduler scheduler, EventWork work, IGrantTable grants, DomainId peer, NetbackOptions options, byte* ring, FrameInbox inbox, Action notify, Action onViolation)
    {
        _scheduler = scheduler;
        _work = work;
        _grants = grants;
        _peer = peer;
        _inbox = inbox;
        _notify = notify;
        _onViolation = onViolation;
        _memory = NetbackMemory.Allocate(grants, options.ReceivePages);
        _pages = new ReceivePage[_memory.PageCount];
        _free = new Stack<int>(_memory.PageCount);
        for (int i = _pages.Length - 1; i >= 0; i--)
        {
            _pages[i] = new ReceivePage(i, _memory.Address + ((long)i * GrantedPages.PageSize), GrantedPages.PageSize);
            _free.Push(i);
        }

        // A frame has a page at least: there are never more frames than pages.
        _buffers = new Stack<ReceivedFrameBuffer>(_pages.Length);
        for (int i = 0; i < _pages.Length; i++)
        {
            _buffers.Push(new ReceivedFrameBuffer(this));
        }

        _protocol = new NetbackTxProtocol<DirectMemory>(new BackRing<NetifTxRequest, NetifTxResponse, DirectMemory>(ring, GrantedPages.PageSize));
    }

    /// <summary>What the front end did wrong.</summary>
    public NetifViolation Violation => _protocol.Violation;

    /// <summary>Frames handed to the listener.</summary>
    public long ReceivedFrames { get; private set; }

    /// <summary>Their bytes.</summary>
    public long ReceivedBytes { get; private set; }

    /// <summary>Frames whose pages could not be read, or that broke a rule that is not worth the connection.</summary>
    public long Errors => _failed + _protocol.DroppedPackets;

    /// <summary>Frames that nobody listened to.</summary>
    public long Dropped { get; private set; }

    /// <summary>The ring, for people.</summary>
    public RingState Snapshot() => _protocol.Snapshot();

    /// <summary>Takes what the front end sent.</summary>
    public void HandleEvent() => Pump();

    /// <summary>Ends all work. Frames that are held stay readable. Idempotent.</summary>
    public void Close() => _isOpen = false;

    /// <summary>Gives the memory back; at once, or when the last held frame returns.</summary>
    public void Release()
    {
        _isReleased = true;
        ReleaseWhenUnused();
    }

    /// <inheritdoc />
    public void Recycle(ReceivedFrameBuffer buffer)
    {
        ReturnPages(buffer);
        if (_isReleased)
        {
            ReleaseWhenUnused();
        }
        else
        {
            // Requests may wait for pages.
            SchedulePump();
        }
    }

    private bool HasPages => _free.Count >= Netif.MaxSlots;

    // Once for all that one turn of the scheduler gives back.
    private void SchedulePump()
    {
        if (!_isPumpScheduled)
        {
            _isPumpScheduled = true;
            _scheduler.Schedule(PumpOnScheduler, this);
        }
    }

    private void PumpScheduled()
    {
        _isPumpScheduled = false;
        Pump();
    }

    // A ring's worth at most, so that others get their turn (R9): a front end on another processor refills the ring as fast as it is emptied.
    private void Pump()
    {
        if (!_isOpen)
        {
            return;
        }

        int slots = _protocol.Size;
        while (HasPages && _protocol.TryTake(ref slots, out NetbackPacket packet))
        {
            AddToBatch(packet);
        }

        Execute();
        if (slots < _protocol.Size)
        {
            _work.Note();
        }

        if (_protocol.Publish())
        {
            _notify();
        }

        if (Violation.IsViolation)
        {
            _onViolation();
        }
        else if (HasPages && (slots <= 0 || _protocol.FinalCheck()))
        {
            SchedulePump();
        }
    }

    private void AddToBatch(NetbackPacket packet)
    {
        if (!_inbox.IsListening)
        {
            Dropped++;
            _protocol.Answer(_protocol.Slots, packet.ExtraCount, NetifStatus.Dropped);
            return;
        }

        ReceivedFrameBuffer buffer = _buffers.Pop();
        buffer.Offload = packet.Offload;
        for (int remaining = packet.Length; remaining > 0; remaining -= Netif.PageBytes)
        {
            buffer.Append(_pages[_free.Pop()], 0, Math.Min(remaining, Netif.PageBytes));
        }

        int firstCopy = _copyCount;
        AddCopies(buffer.FirstPage!);
        _protocol.Slots.CopyTo(_slots.AsSpan(_slotCount));
        _batch[_batchCount++] = new Pending(buffer, packet, _slotCount, firstCopy, _copyCount);
        _slotCount += packet.SlotCount;
        // Slots without bytes cost no copy and are counted all the same.
        if (Math.Max(_copyCount, _slotCount) >= BatchCopies)
        {
            Execute();
        }
    }

    // The front end's slots end where they like; here the frame is packed page after page.
    private void AddCopies(ReceivePage page)
    {
        int filled = 0;
        foreach (NetbackSlot slot in _protocol.Slots)
        {
            for (int done = 0; done < slot.Length;)
            {
                if (filled == Netif.PageBytes)
                {
                    page = page.NextPage!;
                    filled = 0;
                }

                int length = Math.Min(slot.Length - done, Netif.PageBytes - filled);
                ref GrantCopy copy = ref _copies[_copyCount++];
                copy.Peer = _peer;
                copy.Ref = slot.Ref;
                copy.Offset = (ushort)(slot.Offset + done);
                copy.Length = (ushort)length;
                copy.FromPeer = true;
                copy.Local = page.Address + filled;
                done += length;
                filled += length;
            }
        }
    }

    private void Execute()
    {
        if (_batchCount == 0)
        {
            return;
        }

        _grants.Copy(_copies.AsSpan(0, _copyCount));
        foreach (ref readonly Pending pending in _batch.AsSpan(0, _batchCount))
        {
            Finish(in pending);
        }

        _batchCount = 0;
        _copyCount = 0;
        _slotCount = 0;
    }

    private void Finish(in Pending pending)
    {
        bool copied = true;
        foreach (ref readonly GrantCopy copy in _copies.AsSpan(pending.FirstCopy, pending.EndCopy - pending.FirstCopy))
        {
            copied &= copy.Status == GrantStatus.Okay;
        }

        ReadOnlySpan<NetbackSlot> slots = _slots.AsSpan(pending.FirstSlot, pending.Packet.SlotCount);
        _protocol.Answer(slots, pending.Packet.ExtraCount, copied ? NetifStatus.Okay : NetifStatus.Error);
        if (!copied)
        {
            _failed++;
            ReturnPages(pending.Buffer);
            return;
        }

        ReceivedFrames++;
        ReceivedBytes += pending.Packet.Length;
        _inbox.Add(pending.Buffer);
    }

    private void ReturnPages(ReceivedFrameBuffer buffer)
    {
        for (ReceivePage? page = buffer.FirstPage; page is not null; page = page.NextPage)
        {
            _free.Push(page.Index);
        }

        buffer.Clear();
        _buffers.Push(buffer);
    }

    private void ReleaseWhenUnused()
    {
        if (_free.Count == _pages.Length)
        {
            _memory.Dispose();
        }
    }

    private readonly record struct Pending(ReceivedFrameBuffer Buffer, NetbackPacket Packet, int FirstSlot, int FirstCopy, int EndCopy);
}
