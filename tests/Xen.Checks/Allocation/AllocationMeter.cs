namespace Xen.Checks.Allocation;

/// <summary>Counts the bytes that a number of operations allocate, after some to warm up. Everything happens on one thread.</summary>
/// <param name="operations">How many are measured.</param>
public sealed class AllocationMeter(int operations)
{
    private readonly int _warmUp = Math.Max(1000, operations / 10);
    private int _begun;
    private long _before;

    /// <summary>Bytes that the measured operations allocated, once they are over.</summary>
    public long Bytes { get; private set; }

    /// <summary>How many of the measured operations suspended.</summary>
    public int Suspended { get; private set; }

    /// <summary>To be asked before each operation.</summary>
    /// <returns>False when all are over.</returns>
    public bool MoveNext()
    {
        if (_begun == _warmUp)
        {
            Suspended = 0;
            _before = GC.GetAllocatedBytesForCurrentThread();
        }

        if (_begun == _warmUp + operations)
        {
            Bytes = GC.GetAllocatedBytesForCurrentThread() - _before;
            return false;
        }

        _begun++;
        return true;
    }

    /// <summary>Looks at the operation's task before it is awaited.</summary>
    /// <param name="isCompleted">Whether it is complete already.</param>
    public void Note(bool isCompleted) => Suspended += isCompleted ? 0 : 1;

    /// <summary>Demands that every operation suspended and none allocated.</summary>
    public void Demand()
    {
        Expect.Equal(operations, Suspended, "operations that suspended");
        Expect.That(Bytes == 0, $"{operations} operations allocated {Bytes} bytes, {(double)Bytes / operations:F1} each: expected 0.");
    }
}
