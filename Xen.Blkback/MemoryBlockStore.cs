using Xen.Grants;

namespace Xen.Blkback;

/// <summary>A disk in memory, all zero at first. Data goes between it and the front end's pages in one copy.</summary>
public sealed unsafe class MemoryBlockStore : IBlockStore
{
    private readonly LocalPages _pages;

    private MemoryBlockStore(LocalPages pages, int sectorSize, bool isReadOnly)
    {
        _pages = pages;
        SectorSize = sectorSize;
        IsReadOnly = isReadOnly;
    }

    /// <inheritdoc />
    public string Name => "memory";

    /// <inheritdoc />
    public ulong SizeBytes => (ulong)_pages.Length;

    /// <inheritdoc />
    public int SectorSize { get; }

    /// <inheritdoc />
    public int PhysicalSectorSize => SectorSize;

    /// <inheritdoc />
    public bool IsReadOnly { get; }

    /// <inheritdoc />
    public bool SupportsDiscard => true;

    /// <summary>The content.</summary>
    public Span<byte> Bytes => _pages.Bytes;

    /// <summary>Makes a disk.</summary>
    /// <param name="grants">The back end's grant table: copies reach only memory that comes from it.</param>
    /// <param name="pageCount">The size, in pages of 4096 bytes.</param>
    /// <param name="sectorSize">Bytes in a sector: a power of two from 512 to 4096.</param>
    /// <exception cref="Platform.XenException">The guest has not that many pages.</exception>
    public static MemoryBlockStore Allocate(IGrantTable grants, int pageCount, int sectorSize = StoreSectorSize.Smallest)
    {
        ArgumentNullException.ThrowIfNull(grants);
        StoreSectorSize.Check(sectorSize);
        return new MemoryBlockStore(grants.AllocateLocal(pageCount), sectorSize, isReadOnly: false);
    }

    /// <summary>Makes a disk that front ends can only read.</summary>
    /// <param name="grants">The back end's grant table.</param>
    /// <param name="pageCount">The size, in pages of 4096 bytes.</param>
    /// <param name="sectorSize">Bytes in a sector: a power of two from 512 to 4096.</param>
    /// <exception cref="Platform.XenException">The guest has not that many pages.</exception>
    public static MemoryBlockStore AllocateReadOnly(IGrantTable grants, int pageCount, int sectorSize = StoreSectorSize.Smallest)
    {
        ArgumentNullException.ThrowIfNull(grants);
        StoreSectorSize.Check(sectorSize);
        return new MemoryBlockStore(grants.AllocateLocal(pageCount), sectorSize, isReadOnly: true);
    }

    /// <inheritdoc />
    public byte* DirectAddress(ulong offset) => _pages.Address + offset;

    /// <inheritdoc />
    public bool TryRead(ulong offset, Span<byte> destination)
    {
        Bytes.Slice((int)offset, destination.Length).CopyTo(destination);
        return true;
    }

    /// <inheritdoc />
    public bool TryWrite(ulong offset, ReadOnlySpan<byte> source)
    {
        source.CopyTo(Bytes[(int)offset..]);
        return true;
    }

    /// <inheritdoc />
    public bool TryFlush() => true;

    /// <inheritdoc />
    public bool TryDiscard(ulong offset, ulong length)
    {
        Bytes.Slice((int)offset, (int)length).Clear();
        return true;
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => _pages.Dispose();
}
