namespace Xen.Devices;

/// <summary>
/// Memory of a block device, reserved for its holder: contiguous, zeroed when reserved, read into and written from without a copy where
/// the host allows that. Used for any number of operations, one at a time, until it is disposed.
/// </summary>
/// <remarks>
/// While an operation uses the buffer its bytes are out of reach, since the other side can write them; that holds for a cancelled operation
/// until the other side has answered it. A handle that is kept beyond <see cref="Dispose"/> throws: its generation is over.
/// </remarks>
public readonly struct BlockBuffer : IDisposable, IEquatable<BlockBuffer>
{
    /// <summary>For those who write devices: a buffer of theirs.</summary>
    /// <param name="owner">The device.</param>
    /// <param name="index">Which of its buffers.</param>
    /// <param name="generation">Which use of it.</param>
    public BlockBuffer(IBlockBufferOwner owner, int index, uint generation)
    {
        Owner = owner;
        Index = index;
        Generation = generation;
    }

    /// <summary>The device; <see langword="null"/> for a buffer that was never reserved.</summary>
    public IBlockBufferOwner? Owner { get; }

    /// <summary>For the device: which of its buffers.</summary>
    public int Index { get; }

    /// <summary>For the device: which use of it.</summary>
    public uint Generation { get; }

    /// <summary>The bytes, as many as were reserved.</summary>
    /// <exception cref="ObjectDisposedException">The buffer was disposed, or its device's connection is over.</exception>
    /// <exception cref="InvalidOperationException">An operation uses the buffer.</exception>
    public Span<byte> Span =>
        (Owner ?? throw new InvalidOperationException("This block buffer was never reserved.")).GetSpan(Index, Generation);

    /// <summary>Gives the memory back to the device. Idempotent.</summary>
    public void Dispose() => Owner?.Release(Index, Generation);

    /// <inheritdoc />
    public bool Equals(BlockBuffer other) =>
        ReferenceEquals(Owner, other.Owner) && Index == other.Index && Generation == other.Generation;

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is BlockBuffer other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Index, Generation);

    /// <summary>The same use of the same buffer.</summary>
    public static bool operator ==(BlockBuffer left, BlockBuffer right) => left.Equals(right);

    /// <summary>Another buffer, or another use of it.</summary>
    public static bool operator !=(BlockBuffer left, BlockBuffer right) => !left.Equals(right);
}
