using Xen.Devices;
using Xen.Grants;
using Xen.Rings;

namespace Xen.Netback;

/// <summary>
/// The back end's half of a transmit ring as pure code: requests of the front end into packets, answers into responses. What it accepts,
/// drops and holds for malicious is what Linux's back end does (xen-protocols 1.11).
/// </summary>
/// <remarks>
/// Dropped, each slot answered with an error: more than 18 slots, a slot larger than what is left of the packet, less than 14 bytes in the
/// first slot. A violation, after which nothing shared is read: a producer index out of range, 20 slots or more, a slot beyond its page, a
/// packet or a chain of extra info that is not all there, extra info of an unknown kind, segments of 0 bytes or of an unknown kind.
/// </remarks>
/// <typeparam name="TMemory">How to reach the ring.</typeparam>
public sealed class NetbackTxProtocol<TMemory>
    where TMemory : struct, ISharedMemory
{
    private readonly BackRing<NetifTxRequest, NetifTxResponse, TMemory> _ring;
    private readonly NetbackSlot[] _slots = new NetbackSlot[Netif.FatalSlots];
    private RingState _atBreak;
    private int _slotCount;

    /// <summary>Begins on a ring that the front end initialised.</summary>
    /// <param name="ring">The ring.</param>
    public NetbackTxProtocol(BackRing<NetifTxRequest, NetifTxResponse, TMemory> ring)
    {
        ArgumentNullException.ThrowIfNull(ring);
        _ring = ring;
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

    /// <summary>Packets that were answered with an error because they break a rule that is not worth the connection.</summary>
    public long DroppedPackets { get; private set; }

    /// <summary>The slots of the packet that <see cref="TryTake"/> returned last.</summary>
    public ReadOnlySpan<NetbackSlot> Slots => _slots.AsSpan(0, _slotCount);

    /// <summary>How many slots the ring has.</summary>
    public int Size => _ring.Size;

    /// <summary>Takes the next packet. The caller answers it.</summary>
    /// <param name="slots">
    /// How many slots may be taken before others get their turn (R9); what is taken, refused packets too, is subtracted. A packet that has
    /// begun is taken whole.
    /// </param>
    /// <param name="packet">The packet; its slots are in <see cref="Slots"/>.</param>
    /// <returns>False when none is there, no slot may be taken any more, or the peer broke the protocol: see <see cref="Violation"/>.</returns>
    public bool TryTake(ref int slots, out NetbackPacket packet)
    {
        while (slots > 0 && !Violation.IsViolation && _ring.TryRead(out NetifTxRequest first))
        {
            uint start = _ring.ReqCons - 1;
            bool isTaken = TryTakePacket(first, out packet);
            slots -= (int)(_ring.ReqCons - start);
            if (isTaken)
            {
                return true;
            }
        }

        NoteBrokenRing();
        packet = default;
        return false;
    }

    /// <summary>
    /// Answers a packet that was taken, in any order. The front end does not see it before <see cref="Publish"/>; after a violation, never.
    /// </summary>
    /// <param name="slots">The packet's slots.</param>
    /// <param name="extraCount">Its slots of extra info.</param>
    /// <param name="status">What became of it.</param>
    public void Answer(ReadOnlySpan<NetbackSlot> slots, int extraCount, NetifStatus status)
    {
        if (Violation.IsViolation)
        {
            return;
        }

        for (int i = 0; i < slots.Length; i++)
        {
            Respond(slots[i].Id, status);
            // The answers of extra info stand behind that of the first slot, as the extra info itself does.
            for (int extra = 0; i == 0 && extra < extraCount; extra++)
            {
                Respond(0, NetifStatus.Null);
            }
        }
    }

    /// <summary>Shows the front end every answer so far.</summary>
    /// <returns>True when it must be notified.</returns>
    public bool Publish() => !Violation.IsViolation && _ring.Push();

    /// <summary>To be asked before sleeping: asks for an event with the next request, and looks once more.</summary>
    /// <returns>True when the caller must not sleep.</returns>
    public bool FinalCheck() => !Violation.IsViolation && _ring.FinalCheck();

    /// <summary>The ring, for people.</summary>
    public RingState Snapshot() => Violation.IsViolation ? _atBreak : _ring.Snapshot();

    private bool TryTakePacket(NetifTxRequest first, out NetbackPacket packet)
    {
        packet = default;
        _slotCount = 0;
        NetifExtras extras = default;
        if (!TryTakeExtras(first, ref extras) || !TryTakeSlots(first, out bool oversized))
        {
            return false;
        }

        if (oversized || _slots[0].Length < Netif.MinPacketBytes || extras.IsMulticastControl)
        {
            Refuse(extras);
            return false;
        }

        int end = _slots[0].Offset + _slots[0].Length;
        if (end > Netif.PageBytes)
        {
            Violation = new NetifViolation(NetifRule.SlotBounds, end);
            return false;
        }

        packet = new NetbackPacket(first.Size, _slotCount, extras.Count, OffloadOf(first.Flags, extras));
        return true;
    }

    private bool TryTakeExtras(NetifTxRequest first, ref NetifExtras extras)
    {
        bool more = (first.Flags & NetifTxFlags.ExtraInfo) != 0;
        while (more)
        {
            if (!TryTakeNext(out NetifTxRequest slot))
            {
                return false;
            }

            NetifExtraInfo extra = NetifExtraInfo.From(in slot);
            Violation = extras.Add(in extra);
            if (Violation.IsViolation)
            {
                return false;
            }

            more = extra.HasMore;
        }

        return true;
    }

    // The rest of the packet; the first slot's own size is what the others leave of the packet's.
    private bool TryTakeSlots(NetifTxRequest first, out bool oversized)
    {
        oversized = false;
        int own = first.Size;
        _slotCount = 1;
        bool more = (first.Flags & NetifTxFlags.MoreData) != 0;
        while (more)
        {
            if (_slotCount + 1 >= Netif.FatalSlots)
            {
                Violation = new NetifViolation(NetifRule.SlotCount, _slotCount + 1);
                return false;
            }

            if (!TryTakeNext(out NetifTxRequest slot))
            {
                return false;
            }

            int end = slot.Offset + slot.Size;
            if (end > Netif.PageBytes)
            {
                Violation = new NetifViolation(NetifRule.SlotBounds, end);
                return false;
            }

            oversized |= slot.Size > own || _slotCount >= Netif.MaxSlots;
            own -= slot.Size;
            _slots[_slotCount++] = new NetbackSlot(new GrantRef(slot.Gref), slot.Offset, slot.Size, slot.Id);
            more = (slot.Flags & NetifTxFlags.MoreData) != 0;
        }

        // Of an oversized packet only the ids are used, for its answers.
        _slots[0] = new NetbackSlot(new GrantRef(first.Gref), first.Offset, (ushort)Math.Max(own, 0), first.Id);
        return true;
    }

    private bool TryTakeNext(out NetifTxRequest slot)
    {
        if (_ring.TryRead(out slot))
        {
            return true;
        }

        NoteBrokenRing();
        if (!Violation.IsViolation)
        {
            Violation = new NetifViolation(NetifRule.Truncated, _slotCount);
        }

        return false;
    }

    // Multicast control is not offered, so a request for it gets what any other unusable packet gets.
    private void Refuse(NetifExtras extras)
    {
        DroppedPackets++;
        Answer(Slots, extras.Count, NetifStatus.Error);
    }

    private void Respond(ushort id, NetifStatus status)
    {
        var response = new NetifTxResponse { Id = id, Status = status };
        _ring.TryWrite(in response);
    }

    private static FrameOffload OffloadOf(NetifTxFlags flags, NetifExtras extras)
    {
        ChecksumState checksum = (flags & NetifTxFlags.CsumBlank) != 0 ? ChecksumState.Partial
            : (flags & NetifTxFlags.DataValidated) != 0 ? ChecksumState.Validated
            : ChecksumState.Unknown;
        return new FrameOffload(checksum, (GsoType)extras.GsoType, extras.GsoSize);
    }

    private void NoteBrokenRing()
    {
        if (!Violation.IsViolation && _ring.IsBroken)
        {
            Violation = new NetifViolation(NetifRule.ProducerIndex, _ring.Snapshot().ReqProd);
        }
    }
}
