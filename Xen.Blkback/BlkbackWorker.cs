using System.Runtime.InteropServices;
using Xen.Grants;
using Xen.Platform;
using Xen.Rings;

namespace Xen.Blkback;

/// <summary>
/// Carries requests out: grant copies between the front end's pages and the store. The front end's pages are never looked at in place, so
/// nothing it writes meanwhile matters (XSA-155).
/// </summary>
internal sealed unsafe class BlkbackWorker : IDisposable
{
    private readonly IGrantTable _grants;
    private readonly DomainId _peer;
    private readonly IBlockStore _store;
    private readonly BlkbackCounters _counters;
    private readonly BlkifDisk _disk;
    private readonly GrantCopy[] _copies;
    private readonly LocalPages _buffer;
    private readonly byte* _segments;

    public BlkbackWorker(IGrantTable grants, DomainId peer, IBlockStore store, in BlkifDisk disk, BlkbackCounters counters)
    {
        _grants = grants;
        _peer = peer;
        _store = store;
        _counters = counters;
        _disk = disk;
        int segments = Math.Max(disk.MaxIndirectSegments, Blkif.MaxSegmentsPerRequest);
        _copies = new GrantCopy[segments];
        // Data first, then a page for the segments of an indirect request.
        _buffer = grants.AllocateLocal(segments + 1);
        _segments = _buffer.Address + ((long)segments * GrantedPages.PageSize);
    }

    public void Dispose() => _buffer.Dispose();

    /// <summary>Carries a request out that has passed the first examination.</summary>
    public BlkifStatus Run(ref BlkifCheckedRequest request)
    {
        ReadOnlySpan<BlkifRequestSegment> segments = request.Segments;
        if (request.IsIndirect)
        {
            if (!TryFetchSegments(in request, out segments))
            {
                return Fail();
            }

            BlkifFault fault = BlkifRequestCheck.ExamineSegments(segments, in _disk, ref request);
            if (fault != BlkifFault.None)
            {
                _counters.RefusedRequests++;
                return BlkifRequestCheck.StatusOf(fault);
            }
        }

        return Run(in request, segments) ? BlkifStatus.Okay : Fail();
    }

    private BlkifStatus Fail()
    {
        _counters.FailedRequests++;
        return BlkifStatus.Error;
    }

    private bool Run(in BlkifCheckedRequest request, ReadOnlySpan<BlkifRequestSegment> segments) => request.Operation switch
    {
        BlkifOperation.Read => Read(in request, segments),
        BlkifOperation.Write => Write(in request, segments),
        BlkifOperation.FlushDiskcache => Flush() && (segments.IsEmpty || Write(in request, segments)),
        _ => _store.TryDiscard(request.Sector << Blkif.SectorShift, request.SectorCount << Blkif.SectorShift),
    };

    private bool Read(in BlkifCheckedRequest request, ReadOnlySpan<BlkifRequestSegment> segments)
    {
        ulong offset = request.Sector << Blkif.SectorShift;
        int length = (int)request.SectorCount << Blkif.SectorShift;
        byte* source = _store.DirectAddress(offset);
        if (source is null)
        {
            source = _buffer.Address;
            if (!_store.TryRead(offset, new Span<byte>(source, length)))
            {
                return false;
            }
        }

        if (!Copy(segments, source, fromPeer: false))
        {
            return false;
        }

        _counters.ReadBytes += length;
        return true;
    }

    private bool Write(in BlkifCheckedRequest request, ReadOnlySpan<BlkifRequestSegment> segments)
    {
        ulong offset = request.Sector << Blkif.SectorShift;
        int length = (int)request.SectorCount << Blkif.SectorShift;
        byte* direct = _store.DirectAddress(offset);
        if (!Copy(segments, direct is null ? _buffer.Address : direct, fromPeer: true)
            || (direct is null && !_store.TryWrite(offset, new ReadOnlySpan<byte>(_buffer.Address, length))))
        {
            return false;
        }

        _counters.WrittenBytes += length;
        return true;
    }

    private bool Flush()
    {
        if (!_store.TryFlush())
        {
            return false;
        }

        _counters.Flushes++;
        return true;
    }

    private bool Copy(ReadOnlySpan<BlkifRequestSegment> segments, byte* local, bool fromPeer)
    {
        Span<GrantCopy> copies = _copies.AsSpan(0, segments.Length);
        for (int i = 0; i < segments.Length; i++)
        {
            int length = segments[i].SectorCount << Blkif.SectorShift;
            ref GrantCopy copy = ref copies[i];
            copy.Peer = _peer;
            copy.Ref = new GrantRef(segments[i].Gref);
            copy.Offset = (ushort)(segments[i].FirstSect << Blkif.SectorShift);
            copy.Length = (ushort)length;
            copy.FromPeer = fromPeer;
            copy.Local = local;
            local += length;
        }

        return Copy(copies);
    }

    private bool Copy(Span<GrantCopy> copies)
    {
        _grants.Copy(copies);
        foreach (ref readonly GrantCopy copy in copies)
        {
            if (copy.Status != GrantStatus.Okay)
            {
                return false;
            }
        }

        return true;
    }

    // Once, into private memory: the front end can go on writing its page, but nobody reads it again (R2).
    private bool TryFetchSegments(in BlkifCheckedRequest request, out ReadOnlySpan<BlkifRequestSegment> segments)
    {
        segments = MemoryMarshal.Cast<byte, BlkifRequestSegment>(new ReadOnlySpan<byte>(_segments, GrantedPages.PageSize))[..request.SegmentCount];
        Span<GrantCopy> copies = _copies.AsSpan(0, 1);
        copies[0] = new GrantCopy
        {
            Peer = _peer,
            Ref = new GrantRef(request.IndirectGrefs[0]),
            Length = (ushort)(request.SegmentCount * sizeof(BlkifRequestSegment)),
            FromPeer = true,
            Local = _segments,
        };
        return Copy(copies);
    }
}
