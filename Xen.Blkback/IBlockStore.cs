namespace Xen.Blkback;

/// <summary>
/// What a block back end serves. Synchronous, so that it stays on the guest's scheduler; a failure is a result, which the front end sees as an
/// I/O error. Offsets and lengths are whole sectors inside <see cref="SizeBytes"/>: the back end has checked them.
/// </summary>
public unsafe interface IBlockStore : IDisposable
{
    /// <summary>What it is, for messages: the path of an image.</summary>
    string Name { get; }

    /// <summary>The size in bytes, a whole number of sectors.</summary>
    ulong SizeBytes { get; }

    /// <summary>Bytes in a sector: a power of two from 512 to 4096.</summary>
    int SectorSize { get; }

    /// <summary>Bytes that the medium writes at once, at least <see cref="SectorSize"/>.</summary>
    int PhysicalSectorSize { get; }

    /// <summary>True when it cannot be written.</summary>
    bool IsReadOnly { get; }

    /// <summary>True when <see cref="TryDiscard"/> does something.</summary>
    bool SupportsDiscard { get; }

    /// <summary>
    /// The memory behind a range, which copies between domains can use, or null when there is none: then <see cref="TryRead"/> and
    /// <see cref="TryWrite"/> are used.
    /// </summary>
    /// <param name="offset">Where it begins, in bytes.</param>
    byte* DirectAddress(ulong offset);

    /// <summary>Reads.</summary>
    /// <param name="offset">Where, in bytes.</param>
    /// <param name="destination">Where to.</param>
    bool TryRead(ulong offset, Span<byte> destination);

    /// <summary>Writes.</summary>
    /// <param name="offset">Where, in bytes.</param>
    /// <param name="source">What.</param>
    bool TryWrite(ulong offset, ReadOnlySpan<byte> source);

    /// <summary>Makes everything written durable.</summary>
    bool TryFlush();

    /// <summary>Forgets a range; it reads as zero or as before.</summary>
    /// <param name="offset">Where, in bytes.</param>
    /// <param name="length">How many bytes.</param>
    bool TryDiscard(ulong offset, ulong length);
}
