namespace Xen.Blkfront;

/// <summary>Operations that wait for slots or pages, first come, first served.</summary>
internal sealed class OperationQueue
{
    private BlkfrontOperation? _last;

    public BlkfrontOperation? First { get; private set; }

    public void Add(BlkfrontOperation operation)
    {
        operation.IsQueued = true;
        if (_last is null)
        {
            First = operation;
        }
        else
        {
            _last.Next = operation;
        }

        _last = operation;
    }

    public BlkfrontOperation RemoveFirst()
    {
        BlkfrontOperation operation = First!;
        First = operation.Next;
        if (First is null)
        {
            _last = null;
        }

        operation.Next = null;
        operation.IsQueued = false;
        return operation;
    }
}
