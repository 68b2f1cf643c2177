using Xen.Rings;

namespace Xen.Store;

/// <summary>
/// Cuts a byte stream into messages, at whatever boundaries the bytes come. Holds at most one message; no I/O. Used by clients and by daemons.
/// </summary>
public sealed class StoreMessageReader
{
    private readonly byte[] _buffer = new byte[XsdSockmsg.Size + XsdSockmsg.PayloadMax];
    private int _filled;
    private int _taken;

    /// <summary>Where the next bytes go; never empty after <see cref="TryRead"/> said false.</summary>
    public Memory<byte> Free => _buffer.AsMemory(_filled);

    /// <summary>The length that a header announced and that no message may have; 0 while all is well.</summary>
    public uint ImpossibleLength { get; private set; }

    /// <summary>Says how many bytes were put into <see cref="Free"/>.</summary>
    /// <param name="count">How many.</param>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _buffer.Length - _filled);
        _filled += count;
    }

    /// <summary>Takes the next whole message. Its payload is valid until the next call.</summary>
    /// <param name="header">The header; its length is at most <see cref="XsdSockmsg.PayloadMax"/>.</param>
    /// <param name="payload">The payload.</param>
    /// <returns>False when more bytes are needed, or when <see cref="ImpossibleLength"/> says that the stream cannot be understood any more.</returns>
    public bool TryRead(out XsdSockmsg header, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        header = default;
        int available = _filled - _taken;
        if (available >= XsdSockmsg.Size)
        {
            header = XsdSockmsg.ReadFrom(_buffer.AsSpan(_taken));
            if (header.Len > XsdSockmsg.PayloadMax)
            {
                ImpossibleLength = header.Len;
                return false;
            }

            int length = XsdSockmsg.Size + (int)header.Len;
            if (available >= length)
            {
                payload = _buffer.AsSpan(_taken + XsdSockmsg.Size, (int)header.Len);
                _taken += length;
                return true;
            }
        }

        MoveRestToStart(available);
        return false;
    }

    private void MoveRestToStart(int available)
    {
        _buffer.AsSpan(_taken, available).CopyTo(_buffer);
        _filled = available;
        _taken = 0;
    }
}
