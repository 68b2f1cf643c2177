using System.Diagnostics.CodeAnalysis;
using Xen.Devices;
using Xen.Rings;

namespace Xen.Blkfront;

// What callers ask for becomes operations of a queue.
public sealed partial class BlkfrontDevice
{
    /// <inheritdoc />
    public ValueTask<DeviceResult> ReadAsync(ulong sector, Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!TryEnter(sector, (ulong)buffer.Length, BlkifOperation.Read, out BlkfrontQueue? queue, out ValueTask<DeviceResult> refusal))
        {
            return refusal;
        }

        BlkfrontOperation operation = queue.Rent();
        operation.SetRead(ToUnits(sector), buffer);
        return queue.Start(operation, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<DeviceResult> ReadAsync(ulong sector, ReadOnlyMemory<Memory<byte>> buffers, CancellationToken cancellationToken = default)
    {
        ulong length = 0;
        foreach (Memory<byte> buffer in buffers.Span)
        {
            if (!IsWhole((ulong)buffer.Length))
            {
                return new ValueTask<DeviceResult>(new DeviceResult(DeviceStatus.InvalidLength, buffer.Length));
            }

            length += (ulong)buffer.Length;
        }

        if (!TryEnter(sector, length, BlkifOperation.Read, out BlkfrontQueue? queue, out ValueTask<DeviceResult> refusal))
        {
            return refusal;
        }

        BlkfrontOperation operation = queue.Rent();
        operation.SetRead(ToUnits(sector), buffers, length);
        return queue.Start(operation, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<DeviceResult> ReadAsync(ulong sector, BlockBuffer buffer, CancellationToken cancellationToken = default) =>
        UseReserved(BlkifOperation.Read, sector, buffer, cancellationToken);

    /// <inheritdoc />
    public ValueTask<DeviceResult> WriteAsync(ulong sector, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!TryEnter(sector, (ulong)buffer.Length, BlkifOperation.Write, out BlkfrontQueue? queue, out ValueTask<DeviceResult> refusal))
        {
            return refusal;
        }

        BlkfrontOperation operation = queue.Rent();
        operation.SetWrite(ToUnits(sector), buffer);
        return queue.Start(operation, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<DeviceResult> WriteAsync(ulong sector, ReadOnlyMemory<ReadOnlyMemory<byte>> buffers, CancellationToken cancellationToken = default)
    {
        ulong length = 0;
        foreach (ReadOnlyMemory<byte> buffer in buffers.Span)
        {
            if (!IsWhole((ulong)buffer.Length))
            {
                return new ValueTask<DeviceResult>(new DeviceResult(DeviceStatus.InvalidLength, buffer.Length));
            }

            length += (ulong)buffer.Length;
        }

        if (!TryEnter(sector, length, BlkifOperation.Write, out BlkfrontQueue? queue, out ValueTask<DeviceResult> refusal))
        {
            return refusal;
        }

        BlkfrontOperation operation = queue.Rent();
        operation.SetWrite(ToUnits(sector), buffers, length);
        return queue.Start(operation, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<DeviceResult> WriteAsync(ulong sector, BlockBuffer buffer, CancellationToken cancellationToken = default) =>
        UseReserved(BlkifOperation.Write, sector, buffer, cancellationToken);

    /// <inheritdoc />
    public ValueTask<DeviceResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (!TryEnter(0, 0, BlkifOperation.FlushDiskcache, out BlkfrontQueue? queue, out ValueTask<DeviceResult> refusal))
        {
            return refusal;
        }

        BlkfrontOperation operation = queue.Rent();
        operation.SetFlush();
        return queue.Start(operation, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<DeviceResult> DiscardAsync(ulong sector, ulong sectorCount, CancellationToken cancellationToken = default)
    {
        // More sectors than any device has are as good as all of them: no product that could wrap.
        ulong sectorSize = (ulong)_lastInfo.SectorSize;
        ulong length = Math.Min(sectorCount, ulong.MaxValue / sectorSize) * sectorSize;
        if (!TryEnter(sector, length, BlkifOperation.Discard, out BlkfrontQueue? queue, out ValueTask<DeviceResult> refusal))
        {
            return refusal;
        }

        BlkfrontOperation operation = queue.Rent();
        operation.SetDiscard(ToUnits(sector), length);
        return queue.Start(operation, cancellationToken);
    }

    private ValueTask<DeviceResult> UseReserved(BlkifOperation kind, ulong sector, BlockBuffer buffer, CancellationToken cancellationToken)
    {
        ulong length = (ulong)buffer.Span.Length;
        if (!TryEnter(sector, length, kind, out BlkfrontQueue? queue, out ValueTask<DeviceResult> refusal))
        {
            return refusal;
        }

        int reserved = queue.Reserved.BeginUse(buffer);
        BlkfrontOperation operation = queue.Rent();
        operation.SetReserved(kind, ToUnits(sector), buffer.Index, reserved);
        return queue.Start(operation, cancellationToken);
    }

    // Everything that can be refused before anything is taken.
    private bool TryEnter(
        ulong sector,
        ulong length,
        BlkifOperation kind,
        [NotNullWhen(true)] out BlkfrontQueue? queue,
        out ValueTask<DeviceResult> refusal)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        queue = null;
        if (_connection is not { IsOpen: true } connection)
        {
            refusal = _connection?.Breach is { } breach
                ? ValueTask.FromException<DeviceResult>(breach)
                : new ValueTask<DeviceResult>(new DeviceResult(DeviceStatus.Disconnected, 0));
            return false;
        }

        DeviceResult check = OperationCheck.Check(connection.Info, sector, length, kind);
        refusal = new ValueTask<DeviceResult>(check);
        if (!check.IsSuccess || (length == 0 && kind != BlkifOperation.FlushDiskcache))
        {
            return false;
        }

        queue = connection.Queue;
        return true;
    }

    // The ring counts in 512 bytes, whatever the device's sector is.
    private ulong ToUnits(ulong sector) => sector * (ulong)(_lastInfo.SectorSize >> Blkif.SectorShift);
}
