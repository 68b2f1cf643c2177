using Xen.Rings;

namespace Xen.Blkback;

/// <summary>
/// One ring of a block back end, without I/O: takes requests in their validated form, answers them. It never notifies and never touches
/// data pages.
/// </summary>
/// <remarks>
/// A slot is copied once and only the copy is looked at (R2). A producer index that cannot be ends the ring's use (R1): from then on no
/// shared byte is read. A request that is wrong in itself is answered and costs nothing more, as Linux's back end does.
/// </remarks>
/// <typeparam name="TMemory">How to reach the ring's pages.</typeparam>
public sealed class BlkbackProtocol<TMemory>
    where TMemory : struct, ISharedMemory
{
    private readonly BackRing<BlkifRequestSlot, BlkifResponse, TMemory> _ring;

    /// <summary>Begins on a ring that a front end made.</summary>
    /// <param name="ring">The ring.</param>
    /// <param name="disk">What is served.</param>
    public BlkbackProtocol(BackRing<BlkifRequestSlot, BlkifResponse, TMemory> ring, BlkifDisk disk)
    {
        ArgumentNullException.ThrowIfNull(ring);
        _ring = ring;
        Disk = disk;
    }

    /// <summary>What is served.</summary>
    public BlkifDisk Disk { get; }

    /// <summary>How many requests can be under way.</summary>
    public int Size => _ring.Size;

    /// <summary>True once the front end broke the protocol of the ring.</summary>
    public bool IsBroken => _ring.IsBroken;

    /// <summary>The ring, for people.</summary>
    public RingState Snapshot() => _ring.Snapshot();

    /// <summary>Takes the next request.</summary>
    /// <param name="request">Its validated form.</param>
    /// <param name="fault">What is wrong with it; then it is to be answered with <see cref="BlkifRequestCheck.StatusOf"/> and nothing else.</param>
    /// <returns>False when there is none, or the ring is broken.</returns>
    public bool TryTake(out BlkifCheckedRequest request, out BlkifFault fault)
    {
        if (!_ring.TryRead(out BlkifRequestSlot slot))
        {
            request = default;
            fault = BlkifFault.None;
            return false;
        }

        fault = BlkifRequestCheck.Examine(in slot, Disk, out request);
        return true;
    }

    /// <summary>Answers a request. Its front end sees the answer after <see cref="Push"/>.</summary>
    /// <param name="request">A request that was taken and not answered.</param>
    /// <param name="status">How it ended.</param>
    public void Answer(in BlkifCheckedRequest request, BlkifStatus status)
    {
        var response = new BlkifResponse { Id = request.Id, Operation = request.ResponseOperation, Status = (short)status };
        // A slot is free: one for each request that was taken. On a broken ring nobody reads the answer.
        _ring.TryWrite(in response);
    }

    /// <summary>Publishes the answers.</summary>
    /// <returns>True when the front end must be notified.</returns>
    public bool Push() => _ring.Push();

    /// <summary>To be asked before sleeping: asks the front end to notify with its next request, and looks once more.</summary>
    /// <returns>True when the caller must not sleep: there are requests, or the ring is broken.</returns>
    public bool FinalCheck() => _ring.FinalCheck();
}
