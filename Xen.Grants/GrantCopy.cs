using Xen.Platform;

namespace Xen.Grants;

/// <summary>
/// One copy between this guest's memory and a page that a peer granted. At most a page long; the peer's side may not cross the
/// end of its page, the local side may (tables split it where Xen asks for that).
/// </summary>
public unsafe struct GrantCopy
{
    /// <summary>The peer whose page takes part.</summary>
    public DomainId Peer;

    /// <summary>The peer's page.</summary>
    public GrantRef Ref;

    /// <summary>Where in the peer's page, in bytes.</summary>
    public ushort Offset;

    /// <summary>How many bytes, at most 4096 - <see cref="Offset"/>.</summary>
    public ushort Length;

    /// <summary>True: from the peer's page to <see cref="Local"/>. False: from <see cref="Local"/> to the peer's page.</summary>
    public bool FromPeer;

    /// <summary>This guest's side: memory of <see cref="IGrantTable.AllocateLocal"/> or of a grant of its own, so that Xen can reach it by frame.</summary>
    public byte* Local;

    /// <summary>The result, written by <see cref="IGrantTable.Copy"/>.</summary>
    public GrantStatus Status;
}
