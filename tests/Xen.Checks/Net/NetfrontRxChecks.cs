using Xen.Checks.Memory;
using Xen.Devices;
using Xen.Grants;
using Xen.Netfront;
using Xen.Rings;
using Xen.Simulation.Choices;

namespace Xen.Checks.Net;

/// <summary>The receive side of a network front end against a back end that answers what it likes.</summary>
public static unsafe class NetfrontRxChecks
{
    private const int Steps = 60;
    private const int RspProd = 8;

    /// <summary>R5: a frame is taken, reported as an error or held for a breach exactly as the rules say; with a peer whose slots change after each read (R2).</summary>
    public static void FramesAreJudgedRight(IChoice choice)
    {
        using MemoryWatch watch = NetPage.Create(choice, out uint start);
        // R2: a slot that is looked at twice is another one the second time.
        watch.FlipsAfterLoad = choice.Next(2) == 0;
        var front = new NetfrontRxProtocol<WatchedMemory>(new(watch.Shared, watch.Length, start));
        var back = new BackRing<NetifRxRequest, NetifRxResponse, DirectMemory>(watch.Shared, watch.Length);
        uint pages = start;
        for (int step = 0; step < Steps; step++)
        {
            Post(front, ref pages);
            var expected = new ExpectedFrame(choice, back.ReqCons, mayCutShort: !watch.FlipsAfterLoad);
            foreach (NetifRxResponse response in expected.Responses)
            {
                Expect.That(back.TryRead(out _) && back.TryWrite(in response), "A posted page is not there.");
            }

            back.Push();
            bool received = front.TryReceive(out NetfrontRxFrame frame);
            // The index flips, too; put right, so that the slots alone are what is tried.
            DirectMemory.StoreUInt32((uint*)(watch.Shared + RspProd), back.RspProdPvt);
            Expect.Equal(expected.Rule, front.Violation.Rule, "the rule that is broken");
            Expect.Equal(expected.Rule == NetifRule.None, received, "whether a frame came");
            if (!received)
            {
                return;
            }

            expected.Compare(frame, front.Slices);
        }
    }

    /// <summary>R1, R2, R5, R11: whatever byte the peer writes whenever, no page comes twice and no slice leaves its page.</summary>
    public static void HoldsUnderAttack(IChoice choice)
    {
        using MemoryWatch watch = NetPage.Create(choice, out uint start);
        var front = new NetfrontRxProtocol<WatchedMemory>(new(watch.Shared, watch.Length, start));
        var posted = new bool[512];
        watch.Attack(choice);
        for (int step = 0; step < Steps; step++)
        {
            int page = choice.Next(posted.Length);
            if (!posted[page] && front.TryPost(page, new GrantRef((uint)page + 8)))
            {
                posted[page] = true;
            }

            // Sometimes a breach comes between posting and publishing.
            if (choice.Next(2) == 0)
            {
                front.Publish();
            }

            while (front.TryReceive(out NetfrontRxFrame frame))
            {
                TakeBack(front, frame, posted);
            }

            if (front.Violation.IsViolation)
            {
                watch.Forget();
                bool works = front.TryReceive(out _) | front.Publish() | front.FinalCheck() | front.TryPost(0, new GrantRef(8));
                Expect.That(!works, "A broken protocol did something.");
                Expect.That(front.Snapshot().IsBroken, "A broken ring does not say so.");
                Expect.Equal(0, watch.Accesses, "accesses after a breach");
                return;
            }
        }
    }

    private static void Post(NetfrontRxProtocol<WatchedMemory> front, ref uint pages)
    {
        while (front.TryPost((int)(pages & 255), new GrantRef(8 + (pages & 255))))
        {
            pages++;
        }

        front.Publish();
    }

    private static void TakeBack(NetfrontRxProtocol<WatchedMemory> front, NetfrontRxFrame frame, bool[] posted)
    {
        int total = 0;
        Expect.That(front.Slices.Length is > 0 and <= Netif.MaxSlots + Netif.MaxExtras, $"A frame of {front.Slices.Length} slots.");
        foreach (NetfrontRxSlice slice in front.Slices)
        {
            Expect.That(posted[slice.Page], $"Page {slice.Page} came and was not posted.");
            Expect.That(slice.Offset >= 0 && slice.Length >= 0 && slice.Offset + slice.Length <= 4096, $"{slice} leaves its page.");
            posted[slice.Page] = false;
            total += slice.Length;
        }

        Expect.Equal(frame.Length, total, "the frame's length");
        Expect.That(total <= Netif.MaxPacketBytes && (frame.IsError || total >= Netif.MinPacketBytes), $"A frame of {total} bytes.");
    }

    /// <summary>A frame of any kind in slots, and what the rules say about it: written once more, from the reference.</summary>
    private sealed class ExpectedFrame
    {
        private readonly List<(int Offset, int Length)> _data = [];
        private readonly int _extras;
        private readonly bool _failed;
        private readonly NetifRxFlags _firstFlags;
        private readonly ushort _gsoSize;

        public ExpectedFrame(IChoice choice, uint firstIndex, bool mayCutShort)
        {
            // Full pages in many slots: what else comes near the limit of bytes?
            bool isLarge = choice.Next(8) == 0;
            // Nor near the limit of slots, but for slots that hardly ever have a fault of their own.
            bool isLong = !isLarge && choice.Next(8) == 0;
            int slots = isLarge ? 14 + choice.Next(6) : isLong ? 16 + choice.Next(5) : choice.Next(4) == 0 ? 1 + choice.Next(20) : 1 + choice.Next(3);
            int faultOdds = isLong ? 400 : 24;
            _firstFlags = (NetifRxFlags)choice.Next(4);
            bool hasExtras = choice.Next(3) == 0;
            int total = 0;
            for (int i = 0; i < slots && Rule == NetifRule.None; i++)
            {
                NetifRxResponse response = Slot(choice, isLarge ? 1 : isLong ? 2 : choice.Next(4), faultOdds, firstIndex + (uint)Responses.Count);
                response.Flags = (i == 0 ? _firstFlags : 0) | (i + 1 < slots ? NetifRxFlags.MoreData : 0) | (i == 0 && hasExtras ? NetifRxFlags.ExtraInfo : 0);
                Responses.Add(response);
                Judge(response, firstIndex + (uint)Responses.Count - 1, i, ref total, ref _failed);
                if (i == 0 && hasExtras && Rule == NetifRule.None)
                {
                    _extras = AddExtras(choice, ref _gsoSize);
                }
            }

            if (Rule == NetifRule.None && mayCutShort && choice.Next(16) == 0)
            {
                CutShort(choice);
            }

            _failed |= total < Netif.MinPacketBytes;
        }

        public List<NetifRxResponse> Responses { get; } = [];

        public NetifRule Rule { get; private set; }

        public void Compare(NetfrontRxFrame frame, ReadOnlySpan<NetfrontRxSlice> slices)
        {
            Expect.Equal(_failed, frame.IsError, "whether the frame is an error");
            Expect.Equal(_data.Sum(slot => slot.Length), frame.Length, "the frame's length");
            Expect.Equal(_data.Count + _extras, slices.Length, "the slots");
            ChecksumState checksum = (_firstFlags & NetifRxFlags.CsumBlank) != 0 ? ChecksumState.Partial
                : _firstFlags != 0 ? ChecksumState.Validated : ChecksumState.Unknown;
            Expect.Equal(checksum, frame.Offload.Checksum, "the checksum's state");
            Expect.Equal(_gsoSize, frame.Offload.GsoSize, "the segment size");
            for (int i = 0; i < _data.Count; i++)
            {
                NetfrontRxSlice slice = slices[i == 0 ? 0 : i + _extras];
                Expect.Equal(_data[i], (slice.Offset, slice.Length), $"slot {i}");
            }
        }

        private static NetifRxResponse Slot(IChoice choice, int kind, int faultOdds, uint index)
        {
            int length = kind switch { 0 => 0, 1 => 4096, 2 => 14, _ => choice.Next(4097) };
            var response = new NetifRxResponse
            {
                Id = (ushort)(index & 255),
                Offset = (ushort)choice.Next(4096 - Math.Min(length, 4095)),
                Status = (short)length,
            };
            switch (choice.Next(faultOdds))
            {
                case 0:
                    response.Id += (ushort)(1 + choice.Next(65535));
                    break;
                case 1:
                    response.Offset = (ushort)(4097 - length + choice.Next(100));
                    break;
                case 2:
                    response.Status = (short)(-1 - choice.Next(3));
                    break;
                default:
                    break;
            }

            return response;
        }

        private void Judge(in NetifRxResponse response, uint index, int slot, ref int total, ref bool failed)
        {
            if (slot == 18)
            {
                Rule = NetifRule.SlotCount;
            }
            else if (response.Id != (index & 255))
            {
                Rule = NetifRule.ResponseId;
            }
            else if (response.Status < 0)
            {
                failed = true;
                _data.Add((0, 0));
            }
            else if (response.Offset + response.Status > 4096)
            {
                Rule = NetifRule.SlotBounds;
            }
            else
            {
                total += response.Status;
                _data.Add((response.Offset, response.Status));
                Rule = total > 65535 ? NetifRule.PacketSize : NetifRule.None;
            }
        }

        private int AddExtras(IChoice choice, ref ushort gsoSize)
        {
            int count = 1 + choice.Next(6);
            for (int i = 1; i <= count; i++)
            {
                NetifExtraInfo extra = choice.Next(2) == 0
                    ? NetifExtraInfo.Gso((NetifGsoType)choice.Next(4), (ushort)choice.Next(3))
                    : new NetifExtraInfo { Type = (NetifExtraType)choice.Next(8) };
                extra.Flags = (byte)(i < count ? 1 : 0);
                Responses.Add(extra.ToRxResponse());
                JudgeExtra(extra, i, ref gsoSize);
                if (Rule != NetifRule.None)
                {
                    break;
                }
            }

            return count;
        }

        private void JudgeExtra(NetifExtraInfo extra, int position, ref ushort gsoSize)
        {
            if (position > 5)
            {
                Rule = NetifRule.ExtraCount;
            }
            else if ((int)extra.Type is 0 or > 5)
            {
                Rule = NetifRule.ExtraType;
            }
            else if (extra.Type == NetifExtraType.Gso && extra.GsoSize == 0)
            {
                Rule = NetifRule.GsoSize;
            }
            else if (extra.Type == NetifExtraType.Gso && extra.GsoType is not (1 or 2))
            {
                Rule = NetifRule.GsoType;
            }
            else if (extra.Type == NetifExtraType.Gso)
            {
                gsoSize = extra.GsoSize;
            }
        }

        private void CutShort(IChoice choice)
        {
            int keep = 1 + choice.Next(Responses.Count);
            if (keep < Responses.Count)
            {
                Responses.RemoveRange(keep, Responses.Count - keep);
                Rule = NetifRule.Truncated;
            }
        }
    }
}
