using Xen.Blkback;
using Xen.Checks.Memory;
using Xen.Rings;
using Xen.Simulation.Choices;

namespace Xen.Checks.Blk;

/// <summary>One ring of a block back end against a front end that asks for what it likes: what Linux's back end carries out and what it refuses.</summary>
public static unsafe class BlkbackChecks
{
    private const int Steps = 60;
    private const int ReqProd = 0;

    /// <summary>R2: any request gets the verdict of the reference (xen-protocols 1.12), and its answer has its id and operation.</summary>
    public static void RequestsAreJudgedRight(IChoice choice)
    {
        using MemoryWatch watch = BlkPage.Create(choice, choice.Next(5), out uint start);
        // R2: a slot that is looked at twice is another one the second time.
        watch.FlipsAfterLoad = choice.Next(2) == 0;
        BlkifDisk disk = AnyDisk(choice);
        var front = new FrontRing<BlkifRequestSlot, BlkifResponse, DirectMemory>(watch.Shared, watch.Length, start);
        var back = new BlkbackProtocol<WatchedMemory>(new(watch.Shared, watch.Length), disk);
        DirectMemory.StoreUInt32((uint*)(watch.Shared + 8), start);
        for (int step = 0; step < Steps; step++)
        {
            var expected = new ExpectedRequest(choice, disk);
            BlkifRequestSlot slot = expected.Slot;
            front.TryWrite(in slot);
            front.Push();
            Expect.That(back.TryTake(out BlkifCheckedRequest request, out BlkifFault fault), "A request that was pushed is not there.");
            DirectMemory.StoreUInt32((uint*)(watch.Shared + ReqProd), front.ReqProdPvt);
            expected.Compare(in request, fault);
            back.Answer(in request, BlkifRequestCheck.StatusOf(fault));
            back.Push();
            Expect.That(front.TryRead(out BlkifResponse response), "There is no answer.");
            expected.Compare(response);
        }
    }

    /// <summary>R2: the segments of an indirect request get the verdict of the reference.</summary>
    public static void IndirectSegmentsAreJudgedRight(IChoice choice)
    {
        BlkifDisk disk = AnyDisk(choice) with { MaxIndirectSegments = 256 };
        for (int step = 0; step < Steps; step++)
        {
            var expected = new ExpectedRequest(choice, disk);
            BlkifRequestSegment[] segments = ExpectedRequest.AnySegments(choice, disk, 1 + choice.Next(40));
            var request = new BlkifRequestSlot
            {
                Indirect = new BlkifRequestIndirect { Operation = 6, NrSegments = (ushort)segments.Length, SectorNumber = expected.Sector },
            };
            Expect.Equal(BlkifFault.None, BlkifRequestCheck.Examine(in request, in disk, out BlkifCheckedRequest found), "the fault of the slot");
            BlkifFault fault = BlkifRequestCheck.ExamineSegments(segments, in disk, ref found);
            Expect.Equal(ExpectedRequest.JudgeSegments(segments, expected.Sector, disk), fault, $"the fault of {segments.Length} segments at {expected.Sector} of {disk}");
        }
    }

    /// <summary>R1, R2, R11: whatever byte the front end writes whenever, what is handed on can be carried out, and nothing is touched after a breach.</summary>
    public static void HoldsUnderAttack(IChoice choice)
    {
        using MemoryWatch watch = BlkPage.Create(choice, out _);
        BlkifDisk disk = AnyDisk(choice);
        var back = new BlkbackProtocol<WatchedMemory>(new(watch.Shared, watch.Length), disk);
        watch.Attack(choice);
        for (int step = 0; step < Steps; step++)
        {
            int taken = 0;
            while (back.TryTake(out BlkifCheckedRequest request, out BlkifFault fault))
            {
                Expect.That(++taken <= back.Size, "More requests than the ring has slots.");
                if (fault == BlkifFault.None)
                {
                    CheckRequest(in request, disk);
                }

                if (choice.Next(4) > 0)
                {
                    back.Answer(in request, BlkifStatus.Okay);
                }
            }

            back.Push();
            back.FinalCheck();
            if (back.IsBroken)
            {
                watch.Forget();
                Expect.That(!(back.TryTake(out _, out _) | back.Push()), "A broken protocol did something.");
                Expect.That(back.FinalCheck() && back.Snapshot().IsBroken, "A broken ring does not say so.");
                Expect.Equal(0, watch.Accesses, "accesses after a breach");
                return;
            }
        }
    }

    /// <summary>A disk of any kind.</summary>
    internal static BlkifDisk AnyDisk(IChoice choice)
    {
        int sectorSize = 512 << choice.Next(4);
        ulong sectors = (ulong)(1 + choice.Next(100)) * (ulong)(sectorSize / 512);
        return new BlkifDisk(sectors, sectorSize, choice.Next(4) == 0, choice.Next(2) == 0, choice.Next(2) * 256);
    }

    private static void CheckRequest(in BlkifCheckedRequest request, BlkifDisk disk)
    {
        ulong unit = (ulong)(disk.SectorSize / 512);
        if (request.IsIndirect)
        {
            Expect.That(request.SegmentCount >= 1 && request.SegmentCount <= disk.MaxIndirectSegments && request.IndirectGrefs.Length == 1, "An indirect request of a wrong size.");
            return;
        }

        ulong sectors = 0;
        foreach (BlkifRequestSegment segment in request.Segments)
        {
            Expect.That(segment.FirstSect <= segment.LastSect && segment.LastSect < 8, $"A segment from {segment.FirstSect} to {segment.LastSect}.");
            sectors += (ulong)segment.SectorCount;
        }

        bool hasData = request.Operation == BlkifOperation.Discard || sectors > 0;
        sectors = request.Operation == BlkifOperation.Discard ? request.SectorCount : sectors;
        Expect.That(hasData || request.Operation == BlkifOperation.FlushDiskcache, "A request without data.");
        Expect.That(!disk.IsReadOnly || !hasData || request.Operation == BlkifOperation.Read, "A write to a read-only disk.");
        Expect.Equal(hasData ? sectors : 0, request.SectorCount, "the length");
        Expect.That(!hasData || (UInt128)request.Sector + sectors <= disk.Sectors, $"{sectors} sectors at {request.Sector} of {disk.Sectors}.");
        Expect.That(!hasData || (request.Sector % unit == 0 && sectors % unit == 0), "A request that is no whole number of sectors.");
    }
}
