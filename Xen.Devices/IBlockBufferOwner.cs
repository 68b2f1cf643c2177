namespace Xen.Devices;

/// <summary>What stands behind a <see cref="BlockBuffer"/>: for those who write devices.</summary>
public interface IBlockBufferOwner
{
    /// <summary>The buffer's bytes.</summary>
    /// <param name="index">Which buffer.</param>
    /// <param name="generation">Which use of it.</param>
    /// <exception cref="ObjectDisposedException">The generation is not the buffer's present one.</exception>
    /// <exception cref="InvalidOperationException">An operation uses the buffer: the other side can reach it now.</exception>
    Span<byte> GetSpan(int index, uint generation);

    /// <summary>Takes the buffer back; does nothing for an older generation. While an operation uses it, it is taken back when that ends.</summary>
    /// <param name="index">Which buffer.</param>
    /// <param name="generation">Which use of it.</param>
    void Release(int index, uint generation);
}
