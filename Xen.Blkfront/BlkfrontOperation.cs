using System.Runtime.InteropServices;
using Xen.Devices;
using Xen.Platform;
using Xen.Rings;

namespace Xen.Blkfront;

/// <summary>
/// One operation of a caller, from its start until the backend has answered the last of its requests. Pooled: it is used again when its
/// result was taken, too.
/// </summary>
internal sealed class BlkfrontOperation(IGuestScheduler scheduler)
{
    private readonly WaitSource<DeviceResult> _wait = new(scheduler);
    private ReadOnlyMemory<Memory<byte>> _readBuffers;
    private ReadOnlyMemory<ReadOnlyMemory<byte>> _writeBuffers;
    private Memory<byte> _single;

    /// <summary>Read, write, flush or discard.</summary>
    public BlkifOperation Kind { get; private set; }

    /// <summary>First sector, in 512 bytes.</summary>
    public ulong Sector { get; private set; }

    /// <summary>Bytes to read, write or discard.</summary>
    public ulong Length { get; private set; }

    /// <summary>Bytes of which requests were issued.</summary>
    public ulong Issued { get; set; }

    /// <summary>Where in the buffers the next request begins.</summary>
    public BufferCursor Cursor { get; set; }

    /// <summary>The reserved buffer, or -1.</summary>
    public int ReservedIndex { get; private set; } = -1;

    /// <summary>Requests issued and not answered.</summary>
    public int Outstanding { get; set; }

    /// <summary>True while it waits in the queue.</summary>
    public bool IsQueued { get; set; }

    /// <summary>The first thing that went wrong.</summary>
    public DeviceResult Failure { get; private set; }

    /// <summary>The next in the queue.</summary>
    public BlkfrontOperation? Next { get; set; }

    /// <summary>True while its caller waits: not cancelled, not complete.</summary>
    public bool IsPending => _wait.IsPending;

    /// <summary>True when the result was taken: the operation can be used again.</summary>
    public bool IsIdle => _wait.IsIdle;

    /// <summary>True when there is nothing more to issue.</summary>
    public bool IsIssued => Issued == Length || !Failure.IsSuccess || !IsPending;

    public void SetRead(ulong sector, Memory<byte> buffer)
    {
        Set(BlkifOperation.Read, sector, (ulong)buffer.Length);
        _single = buffer;
    }

    public void SetRead(ulong sector, ReadOnlyMemory<Memory<byte>> buffers, ulong length)
    {
        Set(BlkifOperation.Read, sector, length);
        _readBuffers = buffers;
    }

    public void SetWrite(ulong sector, ReadOnlyMemory<byte> buffer)
    {
        Set(BlkifOperation.Write, sector, (ulong)buffer.Length);
        // Never written through: Read only reads it.
        _single = MemoryMarshal.AsMemory(buffer);
    }

    public void SetWrite(ulong sector, ReadOnlyMemory<ReadOnlyMemory<byte>> buffers, ulong length)
    {
        Set(BlkifOperation.Write, sector, length);
        _writeBuffers = buffers;
    }

    public void SetReserved(BlkifOperation kind, ulong sector, int index, int length)
    {
        Set(kind, sector, (ulong)length);
        ReservedIndex = index;
    }

    /// <summary>A flush has a length of 1, so that issuing it counts.</summary>
    public void SetFlush() => Set(BlkifOperation.FlushDiskcache, 0, 1);

    public void SetDiscard(ulong sector, ulong length) => Set(BlkifOperation.Discard, sector, length);

    /// <summary>Begins the caller's wait.</summary>
    public ValueTask<DeviceResult> WaitAsync(CancellationToken cancellationToken) => _wait.WaitAsync(cancellationToken);

    /// <summary>Remembers the first failure.</summary>
    public void Fail(DeviceResult failure)
    {
        if (Failure.IsSuccess)
        {
            Failure = failure;
        }
    }

    /// <summary>Ends the caller's wait, unless it was cancelled.</summary>
    public bool TryComplete(DeviceResult result) => _wait.TrySetResult(result);

    /// <summary>Ends the caller's wait, unless it was cancelled.</summary>
    public bool TryComplete(Exception exception) => _wait.TrySetException(exception);

    /// <summary>Lets go of the caller's memory.</summary>
    public void Clear()
    {
        _single = default;
        _readBuffers = default;
        _writeBuffers = default;
    }

    /// <summary>Copies out of the caller's buffers.</summary>
    /// <returns>The place after the bytes.</returns>
    public BufferCursor Read(BufferCursor at, Span<byte> destination)
    {
        while (true)
        {
            ReadOnlySpan<byte> rest = BufferAt(at.Buffer).Span[at.Offset..];
            if (rest.Length > destination.Length)
            {
                rest[..destination.Length].CopyTo(destination);
                return at with { Offset = at.Offset + destination.Length };
            }

            rest.CopyTo(destination);
            destination = destination[rest.Length..];
            at = new BufferCursor(at.Buffer + 1, 0);
            if (destination.IsEmpty)
            {
                return at;
            }
        }
    }

    /// <summary>Copies into the caller's buffers.</summary>
    /// <returns>The place after the bytes.</returns>
    public BufferCursor Write(BufferCursor to, ReadOnlySpan<byte> source)
    {
        while (true)
        {
            Span<byte> rest = BufferAt(to.Buffer).Span[to.Offset..];
            if (rest.Length > source.Length)
            {
                source.CopyTo(rest);
                return to with { Offset = to.Offset + source.Length };
            }

            source[..rest.Length].CopyTo(rest);
            source = source[rest.Length..];
            to = new BufferCursor(to.Buffer + 1, 0);
            if (source.IsEmpty)
            {
                return to;
            }
        }
    }

    /// <summary>The place a number of bytes further on.</summary>
    public BufferCursor Skip(BufferCursor at, int length)
    {
        while (true)
        {
            int rest = BufferAt(at.Buffer).Length - at.Offset;
            if (rest > length)
            {
                return at with { Offset = at.Offset + length };
            }

            length -= rest;
            at = new BufferCursor(at.Buffer + 1, 0);
            if (length == 0)
            {
                return at;
            }
        }
    }

    private Memory<byte> BufferAt(int index)
    {
        if (!_readBuffers.IsEmpty)
        {
            return _readBuffers.Span[index];
        }

        return _writeBuffers.IsEmpty ? _single : MemoryMarshal.AsMemory(_writeBuffers.Span[index]);
    }

    private void Set(BlkifOperation kind, ulong sector, ulong length)
    {
        Kind = kind;
        Sector = sector;
        Length = length;
        Issued = 0;
        Cursor = default;
        ReservedIndex = -1;
        Outstanding = 0;
        Failure = DeviceResult.Success;
        Next = null;
    }
}
