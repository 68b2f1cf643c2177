using Xen.Devices;
using Xen.Grants;
using Xen.Rings;

namespace Xen.Blkfront;

// Operations become requests.
internal sealed partial class BlkfrontQueue
{
    private enum Issue
    {
        Done,
        MustWait,
        Exhausted,
    }

    /// <summary>An operation to fill and to <see cref="Start(BlkfrontOperation, CancellationToken)"/>.</summary>
    public BlkfrontOperation Rent() => _pool.Rent();

    /// <summary>Starts an operation.</summary>
    public ValueTask<DeviceResult> Start(BlkfrontOperation operation, CancellationToken cancellationToken)
    {
        ValueTask<DeviceResult> result = operation.WaitAsync(cancellationToken);
        _waiting.Add(operation);
        Pump();
        return result;
    }

    private void Pump()
    {
        while (_waiting.First is { } operation && !_isFlushing)
        {
            Issue issue = operation.IsIssued ? Issue.Done : TryIssue(operation);
            if (issue == Issue.MustWait)
            {
                break;
            }

            if (issue == Issue.Exhausted)
            {
                operation.Fail(new DeviceResult(DeviceStatus.Exhausted, 0));
            }

            if (operation.IsIssued)
            {
                _waiting.RemoveFirst();
                FinishIfDone(operation);
            }
        }

        if (_protocol.Push())
        {
            _counters.NotificationsSent++;
            _context.Events.Notify(Port);
        }

        if (_protocol.IsBroken)
        {
            HandleBreach();
        }
    }

    private Issue TryIssue(BlkfrontOperation operation)
    {
        if (_protocol.FreeSlots == 0)
        {
            return Issue.MustWait;
        }

        return operation.Kind switch
        {
            BlkifOperation.FlushDiskcache => TryIssueFlush(operation),
            BlkifOperation.Discard => TryIssueDiscard(operation),
            _ => TryIssueData(operation),
        };
    }

    // A barrier: everything before it is answered first, everything after it waits.
    private Issue TryIssueFlush(BlkfrontOperation operation)
    {
        if (_protocol.OutstandingCount > 0 || !_protocol.TryIssueFlush(out int id))
        {
            return Issue.MustWait;
        }

        _isFlushing = true;
        Register(operation, id, new BlkfrontRequest { Operation = operation, IndirectPage = -1 });
        operation.Issued = operation.Length;
        return Issue.Done;
    }

    private Issue TryIssueDiscard(BlkfrontOperation operation)
    {
        if (!_protocol.TryIssueDiscard(operation.Sector, operation.Length >> Blkif.SectorShift, out int id))
        {
            return Issue.MustWait;
        }

        Register(operation, id, new BlkfrontRequest { Operation = operation, IndirectPage = -1 });
        operation.Issued = operation.Length;
        return Issue.Done;
    }

    private Issue TryIssueData(BlkfrontOperation operation)
    {
        int length = (int)Math.Min(operation.Length - operation.Issued, (ulong)_maxSegments * GrantedPages.PageSize);
        var request = new BlkfrontRequest
        {
            Operation = operation,
            Cursor = operation.Cursor,
            Length = length,
            PageCount = (length + GrantedPages.PageSize - 1) / GrantedPages.PageSize,
            ReservedOffset = (int)operation.Issued,
            IsReserved = operation.ReservedIndex >= 0 && !_pages.StaysGranted,
            IndirectPage = -1,
        };
        bool isIndirect = request.PageCount > Blkif.MaxSegmentsPerRequest;
        if ((!request.IsReserved && _pages.FreeCount < request.PageCount) || (isIndirect && _indirect!.FreeCount == 0))
        {
            return Issue.MustWait;
        }

        // The pages of the request after the last are those of the one being made.
        Span<int> pages = PagesOf(_protocol.Size, request.PageCount);
        TakePages(in request, operation.ReservedIndex, pages);
        if (!TryGrantAll(in request, pages))
        {
            return _protocol.OutstandingCount > 0 ? Issue.MustWait : Issue.Exhausted;
        }

        IssueRequest(operation, ref request, pages, isIndirect);
        return Issue.Done;
    }

    private void IssueRequest(BlkfrontOperation operation, ref BlkfrontRequest request, Span<int> pages, bool isIndirect)
    {
        if (operation.Kind == BlkifOperation.Write && !request.IsReserved)
        {
            CopyIn(in request, pages);
        }

        ulong sector = operation.Sector + (operation.Issued >> Blkif.SectorShift);
        ReadOnlySpan<BlkifRequestSegment> segments = _segments.AsSpan(0, request.PageCount);
        int id;
        if (isIndirect)
        {
            request.IndirectPage = _indirect!.Take(segments);
            _counters.IndirectRequests++;
            _protocol.TryIssueIndirect(operation.Kind, sector, request.PageCount, [_indirect.ReferenceOf(request.IndirectPage)], out id);
        }
        else
        {
            _protocol.TryIssue(operation.Kind, sector, segments, out id);
        }

        pages.CopyTo(PagesOf(id, request.PageCount));
        Register(operation, id, request);
        operation.Issued += (ulong)request.Length;
        if (operation.ReservedIndex < 0)
        {
            operation.Cursor = operation.Skip(request.Cursor, request.Length);
        }
    }

    private void Register(BlkfrontOperation operation, int id, BlkfrontRequest request)
    {
        _requests[id] = request;
        operation.Outstanding++;
        _counters.Requests++;
    }

    private void TakePages(in BlkfrontRequest request, int reservedIndex, Span<int> pages)
    {
        int firstReserved = _pages.CopyPageCount + reservedIndex + (request.ReservedOffset / GrantedPages.PageSize);
        for (int i = 0; i < pages.Length; i++)
        {
            pages[i] = request.IsReserved ? firstReserved + i : _pages.Take();
        }
    }

    // Grants every page and says in the segments which; when one cannot be granted, none is.
    private bool TryGrantAll(in BlkfrontRequest request, Span<int> pages)
    {
        bool isWrite = request.Operation!.Kind == BlkifOperation.Write;
        for (int i = 0; i < pages.Length; i++)
        {
            if (!isWrite && !request.IsReserved)
            {
                _pages.Clean(pages[i]);
            }

            if (!_pages.TryGrant(pages[i], isWrite ? GrantAccess.ReadOnly : GrantAccess.ReadWrite, out uint reference))
            {
                UndoGrants(in request, pages, i);
                return false;
            }

            int bytes = Math.Min(request.Length - (i * GrantedPages.PageSize), GrantedPages.PageSize);
            _segments[i] = new BlkifRequestSegment { Gref = reference, LastSect = (byte)((bytes >> Blkif.SectorShift) - 1) };
        }

        return true;
    }

    private void UndoGrants(in BlkfrontRequest request, Span<int> pages, int granted)
    {
        for (int i = 0; i < pages.Length; i++)
        {
            if (i < granted && _pages.EndAccess(pages[i]) == RevokeResult.Busy)
            {
                // Nobody was told of this reference: the backend guessed it.
                _protocol.Break(BlkfrontViolation.PageStillInUse, _pages.ReferenceOf(pages[i]));
            }
            else if (!request.IsReserved)
            {
                _pages.Give(pages[i]);
            }
        }
    }

    private void CopyIn(in BlkfrontRequest request, Span<int> pages)
    {
        BlkfrontOperation operation = request.Operation!;
        BufferCursor cursor = request.Cursor;
        for (int i = 0; i < pages.Length; i++)
        {
            int offset = i * GrantedPages.PageSize;
            Span<byte> page = _pages.PrepareWrite(pages[i], Math.Min(request.Length - offset, GrantedPages.PageSize));
            if (operation.ReservedIndex >= 0)
            {
                Reserved.BytesInUse(operation.ReservedIndex).Slice(request.ReservedOffset + offset, page.Length).CopyTo(page);
            }
            else
            {
                cursor = operation.Read(cursor, page);
            }
        }

        _counters.CopiedBytes += request.Length;
    }

    private Span<int> PagesOf(int id, int count) => _pagesOfRequests.AsSpan(id * _maxSegments, count);
}
