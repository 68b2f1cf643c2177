using Xen.Platform;

namespace Xen.Grants;

/// <summary>The shared memory of a grant table: version 1 or 2.</summary>
internal interface IGrantAbi
{
    /// <summary>References in one frame of the table.</summary>
    int EntriesPerFrame { get; }

    /// <summary>Has Xen add a frame to the table.</summary>
    bool TryAddFrame(uint index);

    /// <summary>Lets a peer use a frame. The reference is free.</summary>
    void Publish(uint reference, DomainId peer, ulong frame, GrantAccess access);

    /// <summary>Takes the grant back, unless the peer uses it at this moment.</summary>
    bool TryRevoke(uint reference);
}
