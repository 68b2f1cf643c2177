using Xen.Checks.Memory;
using Xen.Grants;
using Xen.Netback;
using Xen.Rings;
using Xen.Simulation.Choices;

namespace Xen.Checks.Net;

/// <summary>A network back end against a front end that sends what it likes: what Linux's back end accepts, drops and ends the connection for.</summary>
public static unsafe class NetbackTxChecks
{
    private const int Steps = 60;
    private const int ReqProd = 0;

    /// <summary>Any splitting of a packet into slots gets the verdict of the reference (xen-protocols 1.11, XSA-423 to 457).</summary>
    public static void PacketsAreJudgedRight(IChoice choice)
    {
        using MemoryWatch watch = NetPage.Create(choice, out uint start);
        // R2: a slot that is looked at twice is another one the second time.
        bool flips = choice.Next(2) == 0;
        var front = new FrontRing<NetifTxRequest, NetifTxResponse, DirectMemory>(watch.Shared, watch.Length, start);
        var back = new NetbackTxProtocol<WatchedMemory>(new(watch.Shared, watch.Length));
        long dropped = 0;
        for (int step = 0; step < Steps; step++)
        {
            var packet = new ExpectedPacket(choice, mayCutShort: !flips);
            foreach (NetifTxRequest slot in packet.Slots)
            {
                front.TryWrite(in slot);
            }

            front.Push();
            // After a packet that it drops the back looks at the index again, which must be right then.
            watch.FlipsAfterLoad = flips && !packet.IsDropped;
            int slots = back.Size;
            bool taken = back.TryTake(ref slots, out NetbackPacket found);
            DirectMemory.StoreUInt32((uint*)(watch.Shared + ReqProd), front.ReqProdPvt);
            dropped += packet.IsDropped ? 1 : 0;
            Expect.Equal(packet.Rule, back.Violation.Rule, "the rule that is broken");
            Expect.Equal(packet.Rule == NetifRule.None && !packet.IsDropped, taken, "whether the packet was taken");
            if (packet.Rule != NetifRule.None)
            {
                return;
            }

            Expect.Equal(dropped, back.DroppedPackets, "dropped packets");
            if (taken)
            {
                packet.Compare(found, back.Slots);
                back.Answer(back.Slots, found.ExtraCount, NetifStatus.Okay);
            }

            back.Publish();
            packet.CompareAnswers(front);
        }
    }

    /// <summary>R1, R2, R11: whatever byte the front end writes whenever, a slot that is handed on lies in its page and no answer is one too many.</summary>
    public static void HoldsUnderAttack(IChoice choice)
    {
        using MemoryWatch watch = NetPage.Create(choice, out _);
        var back = new NetbackTxProtocol<WatchedMemory>(new(watch.Shared, watch.Length));
        watch.Attack(choice);
        for (int step = 0; step < Steps; step++)
        {
            int slots = back.Size;
            while (back.TryTake(ref slots, out NetbackPacket packet))
            {
                CheckPacket(packet, back.Slots);
                back.Answer(back.Slots, packet.ExtraCount, NetifStatus.Okay);
            }

            if (back.Violation.IsViolation)
            {
                watch.Forget();
                // Packets that were taken before are answered when their copies are done, which may be now.
                back.Answer([new NetbackSlot(new GrantRef(8), 0, 60, 1)], 1, NetifStatus.Okay);
                slots = back.Size;
                Expect.That(!(back.TryTake(ref slots, out _) | back.Publish() | back.FinalCheck()), "A broken protocol did something.");
                Expect.That(back.Snapshot().IsBroken, "A broken ring does not say so.");
                Expect.Equal(0, watch.Accesses, "accesses after a breach");
                return;
            }

            // A packet that has begun is taken whole, its extra info too.
            Expect.That(slots > -Netif.FatalSlots - Netif.MaxExtras, $"A turn went on for {-slots} slots (R9).");
            // Sometimes a breach comes between answering and publishing.
            if (choice.Next(2) == 0)
            {
                back.Publish();
                back.FinalCheck();
            }
        }
    }

    private static void CheckPacket(NetbackPacket packet, ReadOnlySpan<NetbackSlot> slots)
    {
        int total = 0;
        foreach (NetbackSlot slot in slots)
        {
            Expect.That(slot.Offset + slot.Length <= 4096, $"{slot} leaves its page.");
            total += slot.Length;
        }

        Expect.Equal(packet.Length, total, "the packet's length");
        Expect.That(slots.Length is >= 1 and <= 18 && slots[0].Length >= 14, $"A packet of {slots.Length} slots, the first of {slots[0].Length} bytes.");
    }

    /// <summary>A packet split in any way, and what the reference says of it: written once more.</summary>
    private sealed class ExpectedPacket
    {
        private readonly List<(uint Gref, ushort Offset, ushort Size, ushort Id)> _data = [];
        private int _extras;
        private bool _isControl;

        public ExpectedPacket(IChoice choice, bool mayCutShort)
        {
            int count = choice.Next(4) switch { 0 => 1, 1 => 17 + choice.Next(4), _ => 1 + choice.Next(4) };
            for (int i = 0; i < count; i++)
            {
                int size = choice.Next(5) switch { 0 => 0, 1 => 1, 2 => 14, 3 => choice.Next(200), _ => choice.Next(4097) };
                int offset = choice.Next(40) == 0 ? choice.Next(65536) : choice.Next(4097 - size);
                _data.Add((8 + (uint)choice.Next(100), (ushort)offset, (ushort)size, (ushort)choice.Next(65536)));
            }

            int total = _data.Sum(slot => slot.Size) + (choice.Next(20) == 0 ? choice.Next(5000) - 2500 : 0);
            Build(choice, (ushort)Math.Clamp(total, 0, 65535));
            Judge(total);
            if (mayCutShort && Rule == NetifRule.None && Slots.Count > 1 && choice.Next(16) == 0)
            {
                Slots.RemoveRange(1, Slots.Count - 1);
                Rule = NetifRule.Truncated;
                IsDropped = false;
            }
        }

        public List<NetifTxRequest> Slots { get; } = [];

        public NetifRule Rule { get; private set; }

        public bool IsDropped { get; private set; }

        public void Compare(NetbackPacket packet, ReadOnlySpan<NetbackSlot> slots)
        {
            Expect.Equal(_data.Count, packet.SlotCount, "slots");
            Expect.Equal(_extras, packet.ExtraCount, "extra info");
            for (int i = 0; i < slots.Length; i++)
            {
                Expect.Equal(_data[i], (slots[i].Ref.Value, slots[i].Offset, slots[i].Length, slots[i].Id), $"slot {i}");
            }
        }

        public void CompareAnswers(FrontRing<NetifTxRequest, NetifTxResponse, DirectMemory> front)
        {
            NetifStatus expected = IsDropped ? NetifStatus.Error : NetifStatus.Okay;
            for (int i = 0; i < Slots.Count; i++)
            {
                Expect.That(front.TryRead(out NetifTxResponse response), $"Answer {i} of {Slots.Count} is missing.");
                bool isExtra = i > 0 && i <= _extras;
                Expect.Equal(isExtra ? NetifStatus.Null : expected, response.Status, $"answer {i}");
                Expect.That(isExtra || response.Id == Slots[i].Id, $"Answer {i} has id {response.Id} instead of {Slots[i].Id}.");
            }

            Expect.That(!front.TryRead(out _), "There is an answer too many.");
        }

        private void Build(IChoice choice, ushort total)
        {
            bool hasExtras = choice.Next(4) == 0;
            for (int i = 0; i < _data.Count; i++)
            {
                NetifTxFlags flags = i + 1 < _data.Count ? NetifTxFlags.MoreData : NetifTxFlags.None;
                flags |= i == 0 && hasExtras ? NetifTxFlags.ExtraInfo : NetifTxFlags.None;
                Slots.Add(new NetifTxRequest
                {
                    Gref = _data[i].Gref,
                    Offset = _data[i].Offset,
                    Flags = flags,
                    Id = _data[i].Id,
                    Size = i == 0 ? total : _data[i].Size,
                });
                if (i == 0 && hasExtras)
                {
                    AddExtras(choice);
                }
            }
        }

        private void AddExtras(IChoice choice)
        {
            int count = 1 + choice.Next(3);
            for (int i = 1; i <= count; i++)
            {
                NetifExtraInfo extra = choice.Next(3) != 0
                    ? NetifExtraInfo.Gso((NetifGsoType)(1 + choice.Next(2)), (ushort)(1 + choice.Next(1000)))
                    : new NetifExtraInfo { Type = (NetifExtraType)choice.Next(7), Data0 = (byte)choice.Next(2), Data2 = (byte)choice.Next(4) };
                extra.Flags = (byte)(i < count ? 1 : 0);
                Slots.Add(extra.ToTxRequest());
                _extras++;
                _isControl |= extra.Type is NetifExtraType.McastAdd or NetifExtraType.McastDel;
                if (Rule == NetifRule.None)
                {
                    Rule = RuleOf(extra);
                }
            }
        }

        private static NetifRule RuleOf(NetifExtraInfo extra) => (int)extra.Type switch
        {
            0 or > 5 => NetifRule.ExtraType,
            1 when extra.GsoSize == 0 => NetifRule.GsoSize,
            1 when extra.GsoType is not (1 or 2) => NetifRule.GsoType,
            _ => NetifRule.None,
        };

        // In the order in which a reader comes by: extra info, the later slots, then the first, whose own size is what they leave.
        private void Judge(int announced)
        {
            int own = Math.Clamp(announced, 0, 65535);
            bool oversized = false;
            for (int i = 1; i < _data.Count && Rule == NetifRule.None; i++)
            {
                Rule = i == 19 ? NetifRule.SlotCount : _data[i].Offset + _data[i].Size > 4096 ? NetifRule.SlotBounds : NetifRule.None;
                oversized |= _data[i].Size > own || i >= 18;
                own -= _data[i].Size;
            }

            if (Rule != NetifRule.None)
            {
                return;
            }

            IsDropped = oversized || own < 14 || _isControl;
            _data[0] = _data[0] with { Size = (ushort)Math.Max(own, 0) };
            if (!IsDropped && _data[0].Offset + own > 4096)
            {
                Rule = NetifRule.SlotBounds;
            }
        }
    }
}
