using Xen.Devices;
using Xen.Grants;
using Xen.Rings;

namespace Xen.Netfront;

/// <summary>
/// The receive side of one queue as pure code: pages into requests, responses into frames. It does no I/O and never notifies; every slot
/// is copied once and only the validated copy is used (R2, R5).
/// </summary>
/// <remarks>
/// Responses come in the order of the requests and in the same slots, so the slot's number is the id and each page is known by its slot
/// alone. After a violation nothing shared is read (R11).
/// </remarks>
/// <typeparam name="TMemory">How to reach the ring.</typeparam>
public sealed class NetfrontRxProtocol<TMemory>
    where TMemory : struct, ISharedMemory
{
    private readonly FrontRing<NetifRxRequest, NetifRxResponse, TMemory> _ring;
    private readonly int[] _pages;
    private readonly NetfrontRxSlice[] _slices = new NetfrontRxSlice[Netif.MaxSlots + Netif.MaxExtras];
    private RingState _atBreak;
    private int _sliceCount;

    /// <summary>Begins on a ring that is empty.</summary>
    /// <param name="ring">The ring.</param>
    public NetfrontRxProtocol(FrontRing<NetifRxRequest, NetifRxResponse, TMemory> ring)
    {
        ArgumentNullException.ThrowIfNull(ring);
        _ring = ring;
        _pages = new int[ring.Size];
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

    /// <summary>Pages that can be posted now.</summary>
    public int FreeSlots => Violation.IsViolation ? 0 : _ring.FreeSlots;

    /// <summary>The slots of the frame that <see cref="TryReceive"/> returned last. Their pages are the caller's again.</summary>
    public ReadOnlySpan<NetfrontRxSlice> Slices => _slices.AsSpan(0, _sliceCount);

    /// <summary>Offers a page to the back end, which does not see it before <see cref="Publish"/>.</summary>
    /// <param name="page">The page's number.</param>
    /// <param name="reference">Its grant.</param>
    /// <returns>False when the ring is full, or the peer broke the protocol.</returns>
    public bool TryPost(int page, GrantRef reference)
    {
        if (FreeSlots == 0)
        {
            return false;
        }

        int slot = _ring.SlotOf(_ring.ReqProdPvt);
        _pages[slot] = page;
        var request = new NetifRxRequest { Id = (ushort)slot, Gref = reference.Value };
        return _ring.TryWrite(in request);
    }

    /// <summary>Shows the back end every page posted so far.</summary>
    /// <returns>True when it must be notified.</returns>
    public bool Publish() => !Violation.IsViolation && _ring.Push();

    /// <summary>Takes the next frame.</summary>
    /// <param name="frame">The frame; its pages are in <see cref="Slices"/>.</param>
    /// <returns>False when none is there, or the peer broke the protocol: see <see cref="Violation"/>.</returns>
    public bool TryReceive(out NetfrontRxFrame frame)
    {
        frame = default;
        _sliceCount = 0;
        if (Violation.IsViolation || !TryTakeSlot(out NetifRxResponse first, out int page))
        {
            NoteBrokenRing();
            return false;
        }

        return TryTakeFrame(first, page, out frame);
    }

    /// <summary>To be asked before sleeping: asks for an event with the next response, and looks once more.</summary>
    /// <returns>True when the caller must not sleep.</returns>
    public bool FinalCheck() => !Violation.IsViolation && _ring.FinalCheck();

    /// <summary>Ends the ring's use for a reason that its holder found.</summary>
    /// <param name="violation">What the back end did. The first counts.</param>
    public void Break(NetifViolation violation)
    {
        if (!Violation.IsViolation)
        {
            Violation = violation;
        }
    }

    /// <summary>The ring, for people.</summary>
    public RingState Snapshot() => Violation.IsViolation ? _atBreak : _ring.Snapshot();

    private bool TryTakeFrame(NetifRxResponse response, int page, out NetfrontRxFrame frame)
    {
        frame = default;
        NetifRxFlags firstFlags = response.Flags;
        NetifExtras extras = default;
        int slots = 0;
        int total = 0;
        bool failed = false;
        while (true)
        {
            slots++;
            Violation = ValidateSlot(response, page, slots, ref total, ref failed);
            if (Violation.IsViolation || (slots == 1 && !TryTakeExtras(firstFlags, ref extras)))
            {
                return false;
            }

            if ((response.Flags & NetifRxFlags.MoreData) == 0)
            {
                frame = new NetfrontRxFrame(total, OffloadOf(firstFlags, extras), failed || total < Netif.MinPacketBytes);
                return true;
            }

            if (!TryTakeNext(out response, out page))
            {
                return false;
            }
        }
    }

    private NetifViolation ValidateSlot(in NetifRxResponse response, int page, int slots, ref int total, ref bool failed)
    {
        if (slots > Netif.MaxSlots)
        {
            return new NetifViolation(NetifRule.SlotCount, slots);
        }

        // The id is the slot that the response stands in.
        var expected = (ushort)_ring.SlotOf(_ring.RspCons - 1);
        NetifViolation violation = NetifRxSlot.Validate(in response, expected, out NetifRxSlot slot);
        if (violation.IsViolation)
        {
            return violation;
        }

        total += slot.Length;
        failed |= slot.IsError;
        _slices[_sliceCount++] = new NetfrontRxSlice(page, slot.Offset, slot.Length);
        return total > Netif.MaxPacketBytes ? new NetifViolation(NetifRule.PacketSize, total) : default;
    }

    private bool TryTakeExtras(NetifRxFlags flags, ref NetifExtras extras)
    {
        bool more = (flags & NetifRxFlags.ExtraInfo) != 0;
        while (more)
        {
            if (!TryTakeNext(out NetifRxResponse slot, out int page))
            {
                return false;
            }

            NetifExtraInfo extra = NetifExtraInfo.From(in slot);
            Violation = extras.Add(in extra);
            if (Violation.IsViolation)
            {
                return false;
            }

            _slices[_sliceCount++] = new NetfrontRxSlice(page, 0, 0);
            more = extra.HasMore;
        }

        return true;
    }

    // The next slot of a packet that has begun: a back end publishes the slots of a packet together (R5).
    private bool TryTakeNext(out NetifRxResponse response, out int page)
    {
        if (TryTakeSlot(out response, out page))
        {
            return true;
        }

        NoteBrokenRing();
        if (!Violation.IsViolation)
        {
            Violation = new NetifViolation(NetifRule.Truncated, _sliceCount);
        }

        return false;
    }

    private bool TryTakeSlot(out NetifRxResponse response, out int page)
    {
        page = 0;
        if (!_ring.TryRead(out response))
        {
            return false;
        }

        page = _pages[_ring.SlotOf(_ring.RspCons - 1)];
        return true;
    }

    private static FrameOffload OffloadOf(NetifRxFlags flags, NetifExtras extras)
    {
        ChecksumState checksum = (flags & NetifRxFlags.CsumBlank) != 0 ? ChecksumState.Partial
            : (flags & NetifRxFlags.DataValidated) != 0 ? ChecksumState.Validated
            : ChecksumState.Unknown;
        return new FrameOffload(checksum, (GsoType)extras.GsoType, extras.GsoSize);
    }

    private void NoteBrokenRing()
    {
        if (!Violation.IsViolation && _ring.IsBroken)
        {
            Violation = new NetifViolation(NetifRule.ProducerIndex, _ring.Snapshot().RspProd);
        }
    }
}
