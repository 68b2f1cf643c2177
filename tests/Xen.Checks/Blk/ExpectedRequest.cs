using Xen.Rings;
using Xen.Simulation.Choices;

namespace Xen.Checks.Blk;

/// <summary>A request of any kind, right or nearly so, and what the reference says of it: written once more.</summary>
internal sealed class ExpectedRequest
{
    private readonly BlkifDisk _disk;
    private readonly BlkifFault _fault;
    private readonly byte _responseOperation;
    private readonly ulong _id;
    private readonly BlkifRequestSegment[] _segments = [];

    public ExpectedRequest(IChoice choice, BlkifDisk disk)
    {
        _disk = disk;
        _id = (ulong)choice.Next(int.MaxValue) << choice.Next(32);
        Sector = AnySector(choice, disk);
        int operation = choice.Next(8);
        _responseOperation = (byte)operation;
        var slot = default(BlkifRequestSlot);
        switch ((BlkifOperation)operation)
        {
            case BlkifOperation.Discard:
                slot.Discard = new BlkifRequestDiscard { SectorNumber = Sector, NrSectors = AnyCount(choice, disk), Flag = (byte)(choice.Next(5) == 0 ? 1 : 0) };
                _fault = JudgeDiscard(slot.Discard);
                break;
            case BlkifOperation.Indirect:
                slot.Indirect = new BlkifRequestIndirect { SectorNumber = Sector, IndirectOp = (byte)choice.Next(4), NrSegments = AnyOf(choice, 0, 1, 256, 257, 65535) };
                _responseOperation = slot.Indirect.IndirectOp;
                _fault = JudgeIndirect(slot.Indirect);
                break;
            default:
                _segments = AnySegments(choice, disk, Math.Min((int)AnyOf(choice, 0, 1, 3, 11), 11));
                slot.Direct.SectorNumber = Sector;
                slot.Direct.NrSegments = (byte)(choice.Next(10) == 0 ? 12 + choice.Next(244) : _segments.Length);
                _segments.CopyTo(slot.Direct.Seg);
                _fault = JudgeDirect((BlkifOperation)operation, slot.Direct.NrSegments);
                break;
        }

        slot.Operation = (byte)operation;
        slot.Direct.Id = _id;
        Slot = slot;
    }

    public BlkifRequestSlot Slot { get; }

    public ulong Sector { get; }

    /// <summary>Segments of which most are right: a whole number of the disk's sectors each.</summary>
    public static BlkifRequestSegment[] AnySegments(IChoice choice, BlkifDisk disk, int count)
    {
        int unit = disk.SectorSize / 512;
        var segments = new BlkifRequestSegment[count];
        bool isWild = choice.Next(4) == 0;
        foreach (ref BlkifRequestSegment segment in segments.AsSpan())
        {
            int first = choice.Next(8 / unit) * unit;
            int length = (1 + choice.Next((8 - first) / unit)) * unit;
            segment = new BlkifRequestSegment { Gref = (uint)choice.Next(100), FirstSect = (byte)first, LastSect = (byte)(first + length - 1) };
            if (isWild && choice.Next(4) == 0)
            {
                segment.FirstSect = (byte)choice.Next(10);
                segment.LastSect = (byte)choice.Next(choice.Next(2) == 0 ? 10 : 256);
            }
        }

        return segments;
    }

    public static BlkifFault JudgeSegments(BlkifRequestSegment[] segments, ulong sector, BlkifDisk disk)
    {
        int unit = disk.SectorSize / 512;
        if (segments.Any(segment => segment.FirstSect > segment.LastSect || segment.LastSect > 7))
        {
            return BlkifFault.SegmentRange;
        }

        int[] counts = [.. segments.Select(segment => segment.LastSect - segment.FirstSect + 1)];
        return counts.Any(count => count % unit != 0) ? BlkifFault.Misaligned : JudgeRange(sector, (ulong)counts.Sum(), disk);
    }

    public void Compare(in BlkifCheckedRequest request, BlkifFault fault)
    {
        Expect.Equal(_fault, fault, $"the fault of operation {Slot.Operation} at {Sector} of {_disk}");
        Expect.Equal((_id, _responseOperation), (request.Id, request.ResponseOperation), "what the answer gets");
        if (fault != BlkifFault.None)
        {
            return;
        }

        Expect.Equal(Slot.Operation == 6, request.IsIndirect, "indirect");
        Expect.Equal((BlkifOperation)_responseOperation, request.Operation, "the operation");
        Expect.That(request.Segments.Length == (request.IsIndirect ? 0 : _segments.Length), "The request has other segments.");
        for (int i = 0; i < request.Segments.Length; i++)
        {
            Expect.Equal(_segments[i].Gref, request.Segments[i].Gref, $"the reference of segment {i}");
            Expect.Equal(_segments[i].SectorCount, request.Segments[i].SectorCount, $"the sectors of segment {i}");
        }
    }

    public void Compare(BlkifResponse response)
    {
        BlkifStatus status = _fault switch
        {
            BlkifFault.None => BlkifStatus.Okay,
            BlkifFault.NotOffered => BlkifStatus.EOpNotSupp,
            _ => BlkifStatus.Error,
        };
        Expect.Equal((_id, _responseOperation, (short)status), (response.Id, response.Operation, response.Status), "the answer");
    }

    private static ushort AnyOf(IChoice choice, params ushort[] values) => values[choice.Next(values.Length)];

    private static ulong AnySector(IChoice choice, BlkifDisk disk) => choice.Next(8) switch
    {
        0 => ulong.MaxValue - (ulong)choice.Next(16),
        1 => (ulong)choice.Next((int)disk.Sectors + 16),
        2 => disk.Sectors,
        _ => (ulong)choice.Next((int)disk.Sectors) / (ulong)(disk.SectorSize / 512) * (ulong)(disk.SectorSize / 512),
    };

    private static ulong AnyCount(IChoice choice, BlkifDisk disk) => choice.Next(6) switch
    {
        0 => 0,
        1 => ulong.MaxValue - (ulong)choice.Next(16),
        2 => (ulong)choice.Next((int)disk.Sectors + 2),
        _ => (ulong)(disk.SectorSize / 512),
    };

    private static BlkifFault JudgeRange(ulong sector, ulong count, BlkifDisk disk)
    {
        UInt128 end = (UInt128)sector + count;
        ulong unit = (ulong)(disk.SectorSize / 512);
        if (end > disk.Sectors)
        {
            return BlkifFault.OutOfRange;
        }

        return sector % unit != 0 || count % unit != 0 ? BlkifFault.Misaligned : BlkifFault.None;
    }

    private BlkifFault JudgeDirect(BlkifOperation operation, int count)
    {
        if (operation is not (BlkifOperation.Read or BlkifOperation.Write or BlkifOperation.FlushDiskcache))
        {
            return BlkifFault.NotOffered;
        }

        bool isEmptyFlush = operation == BlkifOperation.FlushDiskcache && count == 0;
        if (count > 11 || (count == 0 && !isEmptyFlush))
        {
            return BlkifFault.SegmentCount;
        }

        if (isEmptyFlush)
        {
            return BlkifFault.None;
        }

        return _disk.IsReadOnly && operation != BlkifOperation.Read ? BlkifFault.ReadOnly : JudgeSegments(_segments, Sector, _disk);
    }

    private BlkifFault JudgeIndirect(BlkifRequestIndirect indirect)
    {
        if (_disk.MaxIndirectSegments == 0)
        {
            return BlkifFault.NotOffered;
        }

        if (indirect.IndirectOp > 1)
        {
            return BlkifFault.IndirectOperation;
        }

        if (indirect.NrSegments is 0 or > 256)
        {
            return BlkifFault.SegmentCount;
        }

        return _disk.IsReadOnly && indirect.IndirectOp == 1 ? BlkifFault.ReadOnly : BlkifFault.None;
    }

    private BlkifFault JudgeDiscard(BlkifRequestDiscard discard)
    {
        if (!_disk.OffersDiscard || discard.Flag != 0)
        {
            return BlkifFault.NotOffered;
        }

        if (_disk.IsReadOnly)
        {
            return BlkifFault.ReadOnly;
        }

        return discard.NrSectors == 0 ? BlkifFault.SegmentCount : JudgeRange(discard.SectorNumber, discard.NrSectors, _disk);
    }
}
