namespace Xen.Rings;

/// <summary>
/// Decides whether a backend carries a request out, by the rules of Linux's: pure functions of private copies. Nothing that a frontend can
/// write throws, is used as an index before it is checked, or overflows.
/// </summary>
public static class BlkifRequestCheck
{
    /// <summary>Examines a request.</summary>
    /// <param name="slot">A private copy of the ring's slot.</param>
    /// <param name="disk">What is served.</param>
    /// <param name="request">The validated form. On a fault only what goes into the response counts.</param>
    /// <returns><see cref="BlkifFault.None"/> when it may be carried out; for an indirect one, when its segments pass, too.</returns>
    public static BlkifFault Examine(in BlkifRequestSlot slot, in BlkifDisk disk, out BlkifCheckedRequest request)
    {
        request = default;
        // The id is at the same place in every form.
        request.Id = slot.Direct.Id;
        request.ResponseOperation = slot.Operation;
        return (BlkifOperation)slot.Operation switch
        {
            BlkifOperation.Read or BlkifOperation.Write or BlkifOperation.FlushDiskcache => ExamineDirect(in slot.Direct, in disk, ref request),
            BlkifOperation.Discard => ExamineDiscard(in slot.Discard, in disk, ref request),
            BlkifOperation.Indirect => ExamineIndirect(in slot.Indirect, in disk, ref request),
            _ => BlkifFault.NotOffered,
        };
    }

    /// <summary>Examines the segments of an indirect request.</summary>
    /// <param name="segments">A private copy: as many as the request says.</param>
    /// <param name="disk">What is served.</param>
    /// <param name="request">The request; gets its length.</param>
    public static BlkifFault ExamineSegments(ReadOnlySpan<BlkifRequestSegment> segments, in BlkifDisk disk, ref BlkifCheckedRequest request)
    {
        int sectorsPerUnit = disk.SectorSize >> Blkif.SectorShift;
        ulong count = 0;
        int misaligned = 0;
        foreach (BlkifRequestSegment segment in segments)
        {
            if (segment.FirstSect > segment.LastSect || segment.LastSect >= Blkif.SectorsPerPage)
            {
                return BlkifFault.SegmentRange;
            }

            misaligned |= segment.SectorCount & (sectorsPerUnit - 1);
            count += (ulong)segment.SectorCount;
        }

        request.SectorCount = count;
        return misaligned != 0 ? BlkifFault.Misaligned : ExamineRange(request.Sector, count, in disk);
    }

    /// <summary>What the frontend is told about a fault.</summary>
    /// <param name="fault">The fault.</param>
    public static BlkifStatus StatusOf(BlkifFault fault) => fault switch
    {
        BlkifFault.None => BlkifStatus.Okay,
        BlkifFault.NotOffered => BlkifStatus.EOpNotSupp,
        _ => BlkifStatus.Error,
    };

    private static BlkifFault ExamineDirect(in BlkifRequest direct, in BlkifDisk disk, ref BlkifCheckedRequest request)
    {
        request.Operation = (BlkifOperation)direct.Operation;
        request.Sector = direct.SectorNumber;
        bool isFlush = request.Operation == BlkifOperation.FlushDiskcache;
        if (direct.NrSegments > Blkif.MaxSegmentsPerRequest || (direct.NrSegments == 0 && !isFlush))
        {
            return BlkifFault.SegmentCount;
        }

        // A flush with data is a write that flushes first.
        if (disk.IsReadOnly && direct.NrSegments != 0 && request.Operation != BlkifOperation.Read)
        {
            return BlkifFault.ReadOnly;
        }

        request.SetDirect(in direct);
        // The sector of a flush without data means nothing.
        return direct.NrSegments == 0 ? BlkifFault.None : ExamineSegments(direct.Seg[..direct.NrSegments], in disk, ref request);
    }

    private static BlkifFault ExamineIndirect(in BlkifRequestIndirect indirect, in BlkifDisk disk, ref BlkifCheckedRequest request)
    {
        request.ResponseOperation = indirect.IndirectOp;
        if (disk.MaxIndirectSegments == 0)
        {
            return BlkifFault.NotOffered;
        }

        request.Operation = (BlkifOperation)indirect.IndirectOp;
        if (request.Operation is not (BlkifOperation.Read or BlkifOperation.Write))
        {
            return BlkifFault.IndirectOperation;
        }

        if (indirect.NrSegments == 0 || indirect.NrSegments > disk.MaxIndirectSegments)
        {
            return BlkifFault.SegmentCount;
        }

        if (disk.IsReadOnly && request.Operation == BlkifOperation.Write)
        {
            return BlkifFault.ReadOnly;
        }

        request.Sector = indirect.SectorNumber;
        request.SetIndirect(in indirect);
        return BlkifFault.None;
    }

    private static BlkifFault ExamineDiscard(in BlkifRequestDiscard discard, in BlkifDisk disk, ref BlkifCheckedRequest request)
    {
        request.Operation = BlkifOperation.Discard;
        request.Sector = discard.SectorNumber;
        request.SectorCount = discard.NrSectors;
        // A secure discard promises that nothing is left; nobody here can.
        if (!disk.OffersDiscard || (discard.Flag & BlkifRequestDiscard.Secure) != 0)
        {
            return BlkifFault.NotOffered;
        }

        if (disk.IsReadOnly)
        {
            return BlkifFault.ReadOnly;
        }

        return discard.NrSectors == 0 ? BlkifFault.SegmentCount : ExamineRange(discard.SectorNumber, discard.NrSectors, in disk);
    }

    private static BlkifFault ExamineRange(ulong sector, ulong count, in BlkifDisk disk)
    {
        // No sum that could wrap.
        if (count > disk.Sectors || sector > disk.Sectors - count)
        {
            return BlkifFault.OutOfRange;
        }

        ulong unit = (ulong)(disk.SectorSize >> Blkif.SectorShift);
        return ((sector | count) & (unit - 1)) != 0 ? BlkifFault.Misaligned : BlkifFault.None;
    }
}
