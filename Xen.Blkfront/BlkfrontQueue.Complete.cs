using Xen.Devices;
using Xen.Grants;
using Xen.Rings;

namespace Xen.Blkfront;

// Responses complete operations.
internal sealed partial class BlkfrontQueue
{
    private bool TakeResponses()
    {
        bool worked = false;
        do
        {
            while (_protocol.TryTake(out BlkfrontCompletion completion) == BlkfrontPoll.Completed)
            {
                worked = true;
                Handle(in completion);
            }

            Pump();
        }
        while (_protocol.FinalCheck());
        return worked;
    }

    private void Handle(in BlkfrontCompletion completion)
    {
        BlkfrontRequest request = _requests[completion.Id];
        BlkfrontOperation operation = request.Operation!;
        if (!EndAccess(in request, completion.Id, out uint busy))
        {
            BreakAt(completion.Id, in request, busy);
            return;
        }

        _requests[completion.Id] = default;
        if (completion.Status != BlkifStatus.Okay)
        {
            operation.Fail(ResultOf(in completion));
        }
        else if (completion.Operation == BlkifOperation.Read && !request.IsReserved && operation.IsPending)
        {
            CopyOut(in request, PagesOf(completion.Id, request.PageCount));
        }

        _counters.ReservedBytes += request.IsReserved ? request.Length : 0;
        GivePages(in request, completion.Id);
        _isFlushing &= completion.Operation != BlkifOperation.FlushDiskcache;
        operation.Outstanding--;
        FinishIfDone(operation);
    }

    // The backend holds on to a page of a request that it has answered (R7): whatever waits ends with that, this request's operation too.
    private void BreakAt(int id, in BlkfrontRequest request, uint busy)
    {
        _protocol.Break(BlkfrontViolation.PageStillInUse, busy);
        HandleBreach();
        _requests[id] = default;
        if (request.IsReserved)
        {
            Reserved.Lose(request.Operation!.ReservedIndex);
        }

        GivePages(in request, id);
    }

    private unsafe void CopyOut(in BlkfrontRequest request, ReadOnlySpan<int> pages)
    {
        BlkfrontOperation operation = request.Operation!;
        BufferCursor cursor = request.Cursor;
        for (int i = 0; i < pages.Length; i++)
        {
            int offset = i * GrantedPages.PageSize;
            var page = new ReadOnlySpan<byte>(_pages.Address(pages[i]), Math.Min(request.Length - offset, GrantedPages.PageSize));
            if (operation.ReservedIndex >= 0)
            {
                page.CopyTo(Reserved.BytesInUse(operation.ReservedIndex)[(request.ReservedOffset + offset)..]);
            }
            else
            {
                cursor = operation.Write(cursor, page);
            }
        }

        _counters.CopiedBytes += request.Length;
    }

    private static DeviceResult ResultOf(in BlkfrontCompletion completion) =>
        completion.Status == BlkifStatus.EOpNotSupp && completion.Operation is BlkifOperation.FlushDiskcache or BlkifOperation.Discard
            ? new DeviceResult(DeviceStatus.NotSupported, 0)
            : new DeviceResult(DeviceStatus.Io, (int)completion.Status);

    /// <summary>Ends the backend's access to the pages of a request (R7).</summary>
    private bool EndAccess(in BlkfrontRequest request, int id, out uint busy)
    {
        busy = 0;
        bool isOurs = true;
        foreach (ref int page in PagesOf(id, request.PageCount))
        {
            if (_pages.EndAccess(page) != RevokeResult.Busy)
            {
                continue;
            }

            isOurs = false;
            busy = _pages.ReferenceOf(page);
            page = -1;
            _counters.QuarantinedPages++;
        }

        return isOurs;
    }

    // A page that is busy is not given back: the table has it until the backend lets go.
    private void GivePages(in BlkfrontRequest request, int id)
    {
        if (request.IndirectPage >= 0)
        {
            _indirect!.Give(request.IndirectPage);
        }

        if (request.IsReserved)
        {
            return;
        }

        foreach (int page in PagesOf(id, request.PageCount))
        {
            if (page >= 0)
            {
                _pages.Give(page);
            }
        }
    }

    private void FinishIfDone(BlkfrontOperation operation)
    {
        if (operation.IsQueued || operation.Outstanding > 0)
        {
            return;
        }

        if (operation.ReservedIndex >= 0)
        {
            Reserved.EndUse(operation.ReservedIndex);
        }

        bool isTaken = operation.TryComplete(operation.Failure);
        _counters.CountEnd(operation, isTaken && operation.Failure.IsSuccess);
        _pool.Return(operation);
        if (_protocol.OutstandingCount == 0 && _waiting.First is null)
        {
            _idle.TrySetResult(true);
        }
    }

    private void Abort(BlkfrontOperation operation)
    {
        bool isTaken = Breach is null
            ? operation.TryComplete(new DeviceResult(DeviceStatus.Disconnected, 0))
            : operation.TryComplete(Breach);
        if (isTaken)
        {
            _counters.CountEnd(operation, isSuccess: false);
        }
    }
}
