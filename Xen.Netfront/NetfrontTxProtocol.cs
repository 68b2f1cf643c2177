using Xen.Devices;
using Xen.Grants;
using Xen.Rings;

namespace Xen.Netfront;

/// <summary>
/// The transmit side of one queue as pure code: frames into slots, responses into completions. It does no I/O, never notifies, and holds
/// everything that it decides by in private memory (R2); what it was told to send is found again by an id that only this side gives out.
/// </summary>
/// <remarks>
/// A response must name a request that is outstanding and published (R3); an empty one is allowed only where extra info is outstanding
/// (R6). After a violation nothing shared is read (R11).
/// </remarks>
/// <typeparam name="TMemory">How to reach the ring.</typeparam>
public sealed class NetfrontTxProtocol<TMemory>
    where TMemory : struct, ISharedMemory
{
    private readonly FrontRing<NetifTxRequest, NetifTxResponse, TMemory> _ring;
    private readonly Slot[] _slots;
    private readonly ushort[] _freeIds;
    private readonly Frame[] _frames;
    private RingState _atBreak;
    private int _freeIdCount;
    private int _extrasQueued;
    private int _extrasOutstanding;
    private uint _published;

    /// <summary>Begins on a ring that is empty.</summary>
    /// <param name="ring">The ring.</param>
    /// <param name="frameCount">Frames are numbered 0 to this - 1.</param>
    public NetfrontTxProtocol(FrontRing<NetifTxRequest, NetifTxResponse, TMemory> ring, int frameCount)
    {
        ArgumentNullException.ThrowIfNull(ring);
        _ring = ring;
        _slots = new Slot[ring.Size];
        _freeIds = new ushort[ring.Size];
        _frames = new Frame[frameCount];
        _published = ring.ReqProdPvt;
        _freeIdCount = ring.Size;
        for (int i = 0; i < _freeIds.Length; i++)
        {
            _freeIds[i] = (ushort)(_freeIds.Length - 1 - i);
        }
    }

    /// <summary>What the peer did wrong; nothing so far when <see cref="NetifViolation.IsViolation"/> is false.</summary>
    public NetifViolation Violation
    {
        get;
        private set
        {
            field = value;
            if (value.IsViolation)
            {
                // The last look at the ring (R11).
                _atBreak = _ring.Snapshot() with { IsBroken = true };
            }
        }
    }

    /// <summary>Slots that can be queued now.</summary>
    public int FreeSlots => Violation.IsViolation ? 0 : _ring.FreeSlots;

    /// <summary>Published slots that wait for their response.</summary>
    public int OutstandingSlots => _ring.Outstanding;

    /// <summary>Fills the slots of one frame; the back end does not see them before <see cref="Publish"/>.</summary>
    /// <param name="frame">The frame's number, not one that is on its way.</param>
    /// <param name="pages">The grants of its pages, filled from the beginning of the first.</param>
    /// <param name="length">Bytes of the frame.</param>
    /// <param name="offload">What it leaves to the back end.</param>
    /// <returns>False when there are not enough slots, or the peer broke the protocol.</returns>
    public bool TryQueue(int frame, ReadOnlySpan<GrantRef> pages, int length, FrameOffload offload)
    {
        if (FreeSlots < Netif.SlotsOf(length) + ExtrasOf(offload))
        {
            return false;
        }

        int extras = ExtrasOf(offload);
        int count = Netif.SlotsOf(length);
        _frames[frame] = new Frame { Remaining = count };
        for (int i = 0; i < count; i++)
        {
            int own = Math.Min(length - (i * Netif.PageBytes), Netif.PageBytes);
            NetifTxFlags flags = i + 1 < count ? NetifTxFlags.MoreData : NetifTxFlags.None;
            if (i > 0)
            {
                QueueSlot(frame, pages[i], flags, own);
                continue;
            }

            // The first slot's size is the whole packet's.
            QueueSlot(frame, pages[0], flags | FirstFlags(offload), length);
            QueueExtras(offload, extras);
        }

        return true;
    }

    /// <summary>Shows the back end every slot queued so far.</summary>
    /// <returns>True when it must be notified.</returns>
    public bool Publish()
    {
        if (Violation.IsViolation)
        {
            return false;
        }

        _published = _ring.ReqProdPvt;
        _extrasOutstanding += _extrasQueued;
        _extrasQueued = 0;
        return _ring.Push();
    }

    /// <summary>Takes responses until they complete a frame.</summary>
    /// <param name="completion">The frame.</param>
    /// <returns>False when no more responses are there, or the peer broke the protocol: see <see cref="Violation"/>.</returns>
    public bool TryComplete(out NetfrontTxCompletion completion)
    {
        completion = default;
        while (!Violation.IsViolation && _ring.TryRead(out NetifTxResponse response))
        {
            if (response.Status == NetifStatus.Null)
            {
                TakeExtra();
            }
            else if (TakeResponse(response, out completion))
            {
                return true;
            }
        }

        NoteBrokenRing();
        return false;
    }

    /// <summary>To be asked before sleeping: asks for an event with one of the next responses, and looks once more.</summary>
    /// <param name="count">How many responses are worth waking for.</param>
    /// <returns>True when the caller must not sleep.</returns>
    public bool FinalCheck(int count) => !Violation.IsViolation && _ring.FinalCheck(count);

    /// <summary>The ring, for people.</summary>
    public RingState Snapshot() => Violation.IsViolation ? _atBreak : _ring.Snapshot();

    private static int ExtrasOf(FrameOffload offload) => offload.GsoType == GsoType.None ? 0 : 1;

    private static NetifTxFlags FirstFlags(FrameOffload offload)
    {
        NetifTxFlags flags = offload.Checksum switch
        {
            ChecksumState.Partial => NetifTxFlags.CsumBlank | NetifTxFlags.DataValidated,
            ChecksumState.Validated => NetifTxFlags.DataValidated,
            _ => NetifTxFlags.None,
        };
        return ExtrasOf(offload) == 0 ? flags : flags | NetifTxFlags.ExtraInfo;
    }

    private void QueueSlot(int frame, GrantRef page, NetifTxFlags flags, int size)
    {
        ushort id = _freeIds[--_freeIdCount];
        _slots[id] = new Slot { Frame = frame, Index = _ring.ReqProdPvt, IsOutstanding = true };
        var request = new NetifTxRequest { Gref = page.Value, Flags = flags, Id = id, Size = (ushort)size };
        _ring.TryWrite(in request);
    }

    private void QueueExtras(FrameOffload offload, int extras)
    {
        if (extras == 0)
        {
            return;
        }

        NetifTxRequest slot = NetifExtraInfo.Gso((NetifGsoType)offload.GsoType, offload.GsoSize).ToTxRequest();
        _ring.TryWrite(in slot);
        _extrasQueued++;
    }

    private void TakeExtra()
    {
        // A back end answers extra info in the slot of the extra info and leaves the id as it finds it: only the number can be checked.
        if (_extrasOutstanding == 0)
        {
            Violation = new NetifViolation(NetifRule.NullResponse, 0);
            return;
        }

        _extrasOutstanding--;
    }

    private bool TakeResponse(NetifTxResponse response, out NetfrontTxCompletion completion)
    {
        completion = default;
        // R3: in the table, outstanding, and published: one that is only queued cannot have been answered.
        if (response.Id >= _slots.Length || !_slots[response.Id].IsOutstanding || (int)(_slots[response.Id].Index - _published) >= 0)
        {
            Violation = new NetifViolation(NetifRule.ResponseId, response.Id);
            return false;
        }

        int number = _slots[response.Id].Frame;
        _slots[response.Id].IsOutstanding = false;
        _freeIds[_freeIdCount++] = response.Id;
        ref Frame frame = ref _frames[number];
        frame.Worst = Worse(frame.Worst, response.Status);
        frame.Remaining--;
        if (frame.Remaining > 0)
        {
            return false;
        }

        completion = new NetfrontTxCompletion(number, frame.Worst);
        return true;
    }

    private static NetifStatus Worse(NetifStatus worst, NetifStatus status) => status switch
    {
        NetifStatus.Okay => worst,
        NetifStatus.Dropped => worst == NetifStatus.Okay ? NetifStatus.Dropped : worst,
        _ => NetifStatus.Error,
    };

    private void NoteBrokenRing()
    {
        if (!Violation.IsViolation && _ring.IsBroken)
        {
            Violation = new NetifViolation(NetifRule.ProducerIndex, _ring.Snapshot().RspProd);
        }
    }

    private struct Slot
    {
        public int Frame;
        public uint Index;
        public bool IsOutstanding;
    }

    private struct Frame
    {
        public int Remaining;
        public NetifStatus Worst;
    }
}
