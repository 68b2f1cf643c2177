using Xen.Blkback;

namespace Xen.Checks.Blk;

/// <summary>
/// A disk without memory that copies can use, as a file is one. It remembers what was durable at the last flush, and can fail.
/// </summary>
public sealed unsafe class PlainBlockStore(int sizeBytes, int sectorSize, bool isReadOnly = false) : IBlockStore
{
    private readonly byte[] _content = new byte[sizeBytes];
    private byte[] _durable = new byte[sizeBytes];

    public string Name => "plain";

    public ulong SizeBytes => (ulong)_content.Length;

    public int SectorSize => sectorSize;

    public int PhysicalSectorSize => 4096;

    public bool IsReadOnly => isReadOnly;

    public bool SupportsDiscard => true;

    /// <summary>True: everything fails.</summary>
    public bool IsFailing { get; set; }

    /// <summary>The content now.</summary>
    public Span<byte> Content => _content;

    /// <summary>The content at the last flush.</summary>
    public ReadOnlySpan<byte> Durable => _durable;

    public byte* DirectAddress(ulong offset) => null;

    public bool TryRead(ulong offset, Span<byte> destination)
    {
        _content.AsSpan((int)offset, destination.Length).CopyTo(destination);
        return !IsFailing;
    }

    public bool TryWrite(ulong offset, ReadOnlySpan<byte> source)
    {
        source.CopyTo(_content.AsSpan((int)offset));
        return !IsFailing;
    }

    public bool TryFlush()
    {
        _durable = [.. _content];
        return !IsFailing;
    }

    public bool TryDiscard(ulong offset, ulong length)
    {
        _content.AsSpan((int)offset, (int)length).Clear();
        return !IsFailing;
    }

    public void Dispose()
    {
    }
}
