using Xen.Platform;

namespace Xen.Grants;

/// <summary>
/// Pages of a peer, mapped here: contiguous, in the order of the references. The peer can write them at any time.
/// Disposing unmaps them; a mapping that is not disposed keeps the peer from reusing its pages.
/// </summary>
public abstract unsafe class MappedGrants : IDisposable
{
    private readonly GrantRef[] _refs;
    private byte* _address;

    /// <summary>For grant tables: describes a mapping.</summary>
    /// <param name="peer">Whose pages.</param>
    /// <param name="address">Where they are here.</param>
    /// <param name="refs">One reference for each page, in order.</param>
    /// <param name="epoch">The guest's epoch.</param>
    protected MappedGrants(DomainId peer, byte* address, GrantRef[] refs, uint epoch)
    {
        ArgumentNullException.ThrowIfNull(refs);
        Peer = peer;
        Epoch = epoch;
        _address = address;
        _refs = refs;
    }

    /// <summary>Whose pages.</summary>
    public DomainId Peer { get; }

    /// <summary>The epoch of the mapping.</summary>
    public uint Epoch { get; }

    /// <summary>How many pages.</summary>
    public int PageCount => _refs.Length;

    /// <summary>Bytes in all.</summary>
    public int Length => _refs.Length * GrantedPages.PageSize;

    /// <summary>One reference for each page, in order.</summary>
    public ReadOnlySpan<GrantRef> Refs => _refs;

    /// <summary>True until it is disposed.</summary>
    public bool IsMapped => _address is not null;

    /// <summary>The first byte. Shared with the peer: copy once, validate the copy.</summary>
    /// <exception cref="ObjectDisposedException">The mapping was released.</exception>
    public byte* Address
    {
        get
        {
            AssertAccess();
            return _address is not null ? _address : throw new ObjectDisposedException(nameof(MappedGrants), $"{PageCount} pages of {Peer} (first {_refs[0]}) are not mapped any more.");
        }
    }

    /// <summary>All the bytes.</summary>
    /// <exception cref="ObjectDisposedException">The mapping was released.</exception>
    public Span<byte> Bytes => new(Address, Length);

    /// <summary>Unmaps the pages. Idempotent.</summary>
    public void Dispose()
    {
        if (_address is null)
        {
            return;
        }

        Unmap(_address);
        _address = null;
        GC.SuppressFinalize(this);
    }

    /// <summary>For grant tables: undoes the mapping.</summary>
    /// <param name="address">Where it is.</param>
    protected abstract void Unmap(byte* address);

    /// <summary>For grant tables: refuses use from outside the guest's scheduler, where a host can tell.</summary>
    protected virtual void AssertAccess()
    {
    }
}
