using Xen.Platform;

namespace Xen.Blkfront;

/// <summary>
/// Operations for use again. One that is over may still hold a result that its caller has not taken, so the oldest is asked first and
/// is idle in the steady state.
/// </summary>
internal sealed class OperationPool(IGuestScheduler scheduler)
{
    // Beyond this they are left to the garbage collector: callers who never take their results must not fill the memory.
    private const int Capacity = 1024;

    private readonly Queue<BlkfrontOperation> _operations = new();

    public BlkfrontOperation Rent()
    {
        if (!_operations.TryDequeue(out BlkfrontOperation? operation))
        {
            return new BlkfrontOperation(scheduler);
        }

        if (operation.IsIdle)
        {
            return operation;
        }

        // Behind the others, so that a result that is never taken does not hold them up.
        _operations.Enqueue(operation);
        return new BlkfrontOperation(scheduler);
    }

    public void Return(BlkfrontOperation operation)
    {
        operation.Clear();
        if (_operations.Count < Capacity)
        {
            _operations.Enqueue(operation);
        }
    }
}
