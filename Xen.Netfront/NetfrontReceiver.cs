using Xen.Devices;
using Xen.Events;
using Xen.Grants;
using Xen.Platform;
using Xen.Rings;

namespace Xen.Netfront;

/// <summary>
/// The receive side of a queue: keeps the ring filled with pages, makes frames of what comes back, hands them to the listener. It never
/// waits for the listener: when a slow one holds the pages, fewer are with the back end, which holds back its senders.
/// </summary>
internal sealed class NetfrontReceiver : IReceivedFrameOwner
{
    private static readonly Action<object?> PumpOnScheduler = static state => ((NetfrontReceiver)state!).PumpScheduled();

    private readonly IGuestScheduler _scheduler;
    private readonly EventWork _work;
    private readonly ReceivePages _pages;
    private readonly FrameInbox _inbox;
    private readonly Action _notify;
    private readonly Action _onViolation;
    private readonly NetfrontRxProtocol<DirectMemory> _protocol;
    private readonly Stack<ReceivedFrameBuffer> _buffers;
    private bool _isPumpScheduled;
    private bool _isOpen = true;

    public unsafe NetfrontReceiver(IGuestScheduler scheduler, EventWork work, NetfrontQueuePages pages, FrameInbox inbox, Action notify, Action onViolation)
    {
        _scheduler = scheduler;
        _work = work;
        _pages = pages.Receive;
        _inbox = inbox;
        _notify = notify;
        _onViolation = onViolation;
        // A frame has a page at least: there are never more frames than pages.
        _buffers = new Stack<ReceivedFrameBuffer>(_pages.Count);
        for (int i = 0; i < _pages.Count; i++)
        {
            _buffers.Push(new ReceivedFrameBuffer(this));
        }

        byte* ring = pages.Rings.Address + (NetfrontQueuePages.ReceiveRing * GrantedPages.PageSize);
        _protocol = new NetfrontRxProtocol<DirectMemory>(new FrontRing<NetifRxRequest, NetifRxResponse, DirectMemory>(ring, GrantedPages.PageSize));
    }

    /// <summary>What the back end did wrong.</summary>
    public NetifViolation Violation => _protocol.Violation;

    /// <summary>Frames handed to the listener.</summary>
    public long ReceivedFrames { get; private set; }

    /// <summary>Their bytes.</summary>
    public long ReceivedBytes { get; private set; }

    /// <summary>Frames that were none.</summary>
    public long Errors { get; private set; }

    /// <summary>Frames that nobody listened to.</summary>
    public long Dropped { get; private set; }

    /// <summary>Bytes that were copied to become private.</summary>
    public long CopiedBytes => _pages.CopiedBytes;

    /// <summary>Pages that the back end did not let go of.</summary>
    public long Quarantined { get; private set; }

    /// <summary>The ring, for people.</summary>
    public RingState Snapshot() => _protocol.Snapshot();

    /// <summary>Takes what the back end answered and posts pages anew.</summary>
    public void HandleEvent() => Pump();

    /// <summary>Offers the back end every page that is free.</summary>
    public void PostPages()
    {
        if (!_isOpen)
        {
            return;
        }

        while (_protocol.FreeSlots > 0 && _pages.TryPost(out int page, out GrantRef reference))
        {
            _protocol.TryPost(page, reference);
        }

        if (_protocol.Publish())
        {
            _notify();
        }
    }

    /// <summary>Ends all work. Frames that are held stay readable. Idempotent.</summary>
    public void Close() => _isOpen = false;

    /// <summary>Gives the pages back; those with frames follow when the frames do.</summary>
    public void Release() => _pages.Close();

    /// <inheritdoc />
    public void Recycle(ReceivedFrameBuffer buffer)
    {
        for (ReceivePage? page = buffer.FirstPage; page is not null; page = page.NextPage)
        {
            _pages.Return(page.Index);
        }

        buffer.Clear();
        _buffers.Push(buffer);
        SchedulePump();
    }

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

    // Pages are posted anew after the last answer is taken, so that a turn takes a ring's worth at most: a back end on another processor
    // answers them as fast as they come (R9).
    private void Pump()
    {
        if (!_isOpen)
        {
            return;
        }

        bool hasReceived = false;
        while (_protocol.TryReceive(out NetfrontRxFrame frame))
        {
            hasReceived = true;
            Accept(frame);
        }

        if (hasReceived)
        {
            _work.Note();
        }

        PostPages();
        if (Violation.IsViolation)
        {
            _onViolation();
        }
        else if (hasReceived || _protocol.FinalCheck())
        {
            // After the listener, which has work first: what comes meanwhile is found without an event.
            SchedulePump();
        }
    }

    private void Accept(NetfrontRxFrame frame)
    {
        if (!TakeBackPages())
        {
            return;
        }

        if (frame.IsError || !_inbox.IsListening)
        {
            Errors += frame.IsError ? 1 : 0;
            Dropped += frame.IsError ? 0 : 1;
            ReturnPages(_protocol.Slices);
            return;
        }

        ReceivedFrameBuffer buffer = _buffers.Pop();
        Fill(buffer, frame.Offload);
        ReceivedFrames++;
        ReceivedBytes += frame.Length;
        _inbox.Add(buffer);
    }

    // R7: private before anybody looks. A back end that keeps a page that it has answered can no longer be trusted with any.
    private bool TakeBackPages()
    {
        ReadOnlySpan<NetfrontRxSlice> slices = _protocol.Slices;
        for (int i = 0; i < slices.Length; i++)
        {
            if (!_pages.TryTakeBack(slices[i].Page, slices[i].Offset, slices[i].Length))
            {
                Quarantined++;
                _protocol.Break(new NetifViolation(NetifRule.GrantBusy, slices[i].Page));
                ReturnPages(slices[..i]);
                return false;
            }
        }

        return true;
    }

    private void ReturnPages(ReadOnlySpan<NetfrontRxSlice> slices)
    {
        foreach (NetfrontRxSlice slice in slices)
        {
            _pages.Return(slice.Page);
        }
    }

    private void Fill(ReceivedFrameBuffer buffer, FrameOffload offload)
    {
        buffer.Offload = offload;
        foreach (NetfrontRxSlice slice in _protocol.Slices)
        {
            if (slice.Length == 0)
            {
                _pages.Return(slice.Page);
                continue;
            }

            buffer.Append(_pages[slice.Page], slice.Offset, slice.Length);
        }
    }
}
