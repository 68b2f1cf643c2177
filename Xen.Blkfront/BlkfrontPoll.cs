namespace Xen.Blkfront;

/// <summary>What <see cref="BlkfrontProtocol{TMemory}.TryTake"/> found.</summary>
public enum BlkfrontPoll
{
    /// <summary>No response.</summary>
    None,

    /// <summary>A request is answered.</summary>
    Completed,

    /// <summary>The backend broke the protocol; see <see cref="BlkfrontProtocol{TMemory}.Violation"/>.</summary>
    Broken,
}
