namespace Xen.Devices;

/// <summary>
/// A disk: whole sectors, read and written at a sector number. Operations may be started in any number; they are cut into requests that
/// the other side works on at the same time.
/// </summary>
/// <remarks>
/// Used on the guest's scheduler only. What is to be expected comes back as a <see cref="DeviceResult"/>: <see cref="DeviceStatus.OutOfRange"/>,
/// <see cref="DeviceStatus.InvalidLength"/>, <see cref="DeviceStatus.ReadOnly"/>, <see cref="DeviceStatus.NotSupported"/>,
/// <see cref="DeviceStatus.Io"/>, <see cref="DeviceStatus.Disconnected"/>. After anything but success the content of a read's
/// buffers, or of the sectors written, is undefined: any part may have been done.
/// <para>
/// A cancelled operation ends at once with <see cref="OperationCanceledException"/>; what was issued already is still carried out.
/// Memory of the caller is not touched after its operation has ended. Two overlapping operations that are under way together have no order;
/// a <see cref="FlushAsync"/> has one with everything.
/// </para>
/// </remarks>
public interface IBlockDevice : IAsyncDisposable
{
    /// <summary>What this device is, for messages: <c>device/vbd/51712</c>.</summary>
    string Name { get; }

    /// <summary>Sizes and abilities, as of now.</summary>
    BlockDeviceInfo Info { get; }

    /// <summary>The longest buffer that can be reserved, in bytes.</summary>
    int MaxReservationLength { get; }

    /// <summary>Reads into one buffer.</summary>
    /// <param name="sector">The first sector, in units of <see cref="BlockDeviceInfo.SectorSize"/>.</param>
    /// <param name="buffer">A whole number of sectors, at any alignment.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<DeviceResult> ReadAsync(ulong sector, Memory<byte> buffer, CancellationToken cancellationToken = default);

    /// <summary>Reads consecutive sectors into several buffers.</summary>
    /// <param name="sector">The first sector.</param>
    /// <param name="buffers">Each a whole number of sectors. The array is the device's until the operation ends.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<DeviceResult> ReadAsync(ulong sector, ReadOnlyMemory<Memory<byte>> buffers, CancellationToken cancellationToken = default);

    /// <summary>Reads into all of a reserved buffer.</summary>
    /// <param name="sector">The first sector.</param>
    /// <param name="buffer">A buffer of this device whose length is a whole number of sectors. Out of reach until the operation ends.</param>
    /// <param name="cancellationToken">Ends the wait; the buffer stays out of reach until the other side has answered.</param>
    /// <exception cref="ArgumentException">The buffer is not this device's.</exception>
    /// <exception cref="ObjectDisposedException">The buffer or the device was disposed.</exception>
    /// <exception cref="InvalidOperationException">Another operation uses the buffer.</exception>
    ValueTask<DeviceResult> ReadAsync(ulong sector, BlockBuffer buffer, CancellationToken cancellationToken = default);

    /// <summary>Writes one buffer.</summary>
    /// <param name="sector">The first sector.</param>
    /// <param name="buffer">A whole number of sectors, at any alignment. Not to be changed until the operation ends.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<DeviceResult> WriteAsync(ulong sector, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default);

    /// <summary>Writes several buffers to consecutive sectors.</summary>
    /// <param name="sector">The first sector.</param>
    /// <param name="buffers">Each a whole number of sectors. The array is the device's until the operation ends.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<DeviceResult> WriteAsync(ulong sector, ReadOnlyMemory<ReadOnlyMemory<byte>> buffers, CancellationToken cancellationToken = default);

    /// <summary>Writes all of a reserved buffer.</summary>
    /// <param name="sector">The first sector.</param>
    /// <param name="buffer">A buffer of this device whose length is a whole number of sectors. Out of reach until the operation ends.</param>
    /// <param name="cancellationToken">Ends the wait; the buffer stays out of reach until the other side has answered.</param>
    /// <exception cref="ArgumentException">The buffer is not this device's.</exception>
    /// <exception cref="ObjectDisposedException">The buffer or the device was disposed.</exception>
    /// <exception cref="InvalidOperationException">Another operation uses the buffer.</exception>
    ValueTask<DeviceResult> WriteAsync(ulong sector, BlockBuffer buffer, CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes every write durable that was started before this call. A barrier: it is issued when they have been answered, and what is
    /// started after it waits until it is answered.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns><see cref="DeviceStatus.NotSupported"/> when the device offers no flush: then an answered write is as durable as it gets.</returns>
    ValueTask<DeviceResult> FlushAsync(CancellationToken cancellationToken = default);

    /// <summary>Tells the device that the content of sectors is not needed any more. What they read as afterwards is undefined.</summary>
    /// <param name="sector">The first sector.</param>
    /// <param name="sectorCount">How many.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<DeviceResult> DiscardAsync(ulong sector, ulong sectorCount, CancellationToken cancellationToken = default);

    /// <summary>Reserves memory of the device, if there is some now.</summary>
    /// <param name="length">Bytes, a whole number of sectors, at most <see cref="MaxReservationLength"/>.</param>
    /// <param name="buffer">Zeroed memory of that length, which the caller disposes.</param>
    /// <returns>False when no run of pages is free now, or the device is not connected.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The length is one that this device never takes.</exception>
    bool TryReserve(int length, out BlockBuffer buffer);

    /// <summary>Reads the counters.</summary>
    BlockStatistics GetStatistics();
}
