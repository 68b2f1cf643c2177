namespace Xen.Devices;

/// <summary>
/// A block device as a stream. Nothing is buffered: whole sectors go between the device and the caller's memory, a part of a sector is read,
/// changed and written. A flush is the device's; a device without one has nothing to flush.
/// </summary>
internal sealed class BlockDeviceStream : Stream
{
    private readonly IBlockDevice _device;
    private readonly byte[] _sector;
    private readonly bool _isOwner;
    private long _position;
    private bool _isDisposed;

    public BlockDeviceStream(IBlockDevice device, bool isOwner)
    {
        ArgumentNullException.ThrowIfNull(device);
        _device = device;
        _isOwner = isOwner;
        _sector = new byte[device.Info.SectorSize];
    }

    public override bool CanRead => !_isDisposed;

    public override bool CanSeek => !_isDisposed;

    public override bool CanWrite => !_isDisposed && !_device.Info.IsReadOnly;

    public override long Length => (long)Math.Min(_device.Info.SizeBytes, long.MaxValue);

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    private long Rest => Math.Max(Length - _position, 0);

    private int OffsetInSector => (int)(_position % _sector.Length);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        Memory<byte> wanted = buffer[..(int)Math.Min(buffer.Length, Rest)];
        int done = 0;
        while (done < wanted.Length)
        {
            done += await ReadSomeAsync(wanted[done..], cancellationToken);
        }

        return done;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (buffer.Length > Rest)
        {
            throw new IOException($"{_device.Name}: {buffer.Length} bytes at {_position} were to be written; the device ends at {Length}.");
        }

        while (!buffer.IsEmpty)
        {
            buffer = buffer[await WriteSomeAsync(buffer, cancellationToken)..];
        }
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_device.Info.SupportsFlush)
        {
            (await _device.FlushAsync(cancellationToken)).ThrowIfFailed();
        }
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => checked(_position + offset),
        SeekOrigin.End => checked(Length + offset),
        _ => throw new ArgumentOutOfRangeException(nameof(origin), origin, "Begin, Current or End was expected."),
    };

    public override void SetLength(long value) => throw new NotSupportedException($"{_device.Name} has the length that it has.");

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // A guest has one thread: one that blocks on its own device waits for ever.
    public override int Read(byte[] buffer, int offset, int count) => throw AsyncOnly();

    public override void Write(byte[] buffer, int offset, int count) => throw AsyncOnly();

    public override void Flush() => throw AsyncOnly();

    public override async ValueTask DisposeAsync()
    {
        bool isFirst = !_isDisposed;
        _isDisposed = true;
        if (isFirst && _isOwner)
        {
            await _device.DisposeAsync();
        }

        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _isOwner && !_isDisposed)
        {
            throw AsyncOnly();
        }

        _isDisposed = true;
        base.Dispose(disposing);
    }

    private NotSupportedException AsyncOnly() => new($"{_device.Name} is read, written, flushed and disposed asynchronously only.");

    // Whole sectors into the caller's memory, or a part of one.
    private async ValueTask<int> ReadSomeAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int length = WholeSectors(buffer.Length);
        if (length > 0)
        {
            (await _device.ReadAsync(SectorAtPosition(), buffer[..length], cancellationToken)).ThrowIfFailed();
        }
        else
        {
            length = Math.Min(buffer.Length, _sector.Length - OffsetInSector);
            (await _device.ReadAsync(SectorAtPosition(), _sector.AsMemory(), cancellationToken)).ThrowIfFailed();
            _sector.AsSpan(OffsetInSector, length).CopyTo(buffer.Span);
        }

        _position += length;
        return length;
    }

    private async ValueTask<int> WriteSomeAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        int length = WholeSectors(buffer.Length);
        if (length > 0)
        {
            (await _device.WriteAsync(SectorAtPosition(), buffer[..length], cancellationToken)).ThrowIfFailed();
        }
        else
        {
            length = Math.Min(buffer.Length, _sector.Length - OffsetInSector);
            (await _device.ReadAsync(SectorAtPosition(), _sector.AsMemory(), cancellationToken)).ThrowIfFailed();
            buffer.Span[..length].CopyTo(_sector.AsSpan(OffsetInSector));
            (await _device.WriteAsync(SectorAtPosition(), _sector.AsMemory(), cancellationToken)).ThrowIfFailed();
        }

        _position += length;
        return length;
    }

    private ulong SectorAtPosition() => (ulong)(_position / _sector.Length);

    // How many bytes from here are whole sectors; 0 in the middle of one.
    private int WholeSectors(int length) => OffsetInSector == 0 ? length - (length % _sector.Length) : 0;
}
