using Xen.Platform;

namespace Xen.Grants;

/// <summary>The shared memory of a grant table: version 1 or 2.</summary>
internal interface IGrantAbi
{
    /// <summary>Which of the two.</summary>
    GrantTableVersion Version { get; }

    /// <summary>References in one frame of the table.</summary>
    int EntriesPerFrame { get; }

    /// <summary>The highest guest frame that an entry can name.</summary>
    ulong LastFrame { get; }

    /// <summary>Has Xen add a frame to the table.</summary>
    bool TryAddFrame(uint index);

    /// <summary>Lets a peer use a frame. The reference is free, the frame not beyond <see cref="LastFrame"/>.</summary>
    void Publish(uint reference, DomainId peer, ulong frame, GrantAccess access);

    /// <summary>Takes the grant back. False when the peer uses it at this moment: to be tried again, and again nothing lost by it.</summary>
    bool TryRevoke(uint reference);
}
