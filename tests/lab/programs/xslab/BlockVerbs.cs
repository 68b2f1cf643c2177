using System.Diagnostics;
using Unikernel;
using Xen.Blkfront;
using Xen.Devices;
using Xen.Linux;

namespace Xen.Lab;

/// <summary>A disk of the kernel's blkback, driven from user mode.</summary>
internal static class BlockVerbs
{
    // Lengths of operations, in bytes: below and above a page, one request, several requests.
    private static readonly int[] Lengths = [4096, 8192, 45056, 4096, 131072, 262144, 12288, 1 << 20];

    private const int Workers = 8;

    /// <summary>Writes seeded data over the whole length, flushes, reads it back.</summary>
    internal static async Task<string> WriteAndReadAsync(LinuxGuest guest, string path, ulong seed, int mebibytes, BlkfrontOptions options)
    {
        KernelDrivers.ThrowIfHeld(path);
        await using BlkfrontDevice device = await BlkfrontDevice.OpenAsync(guest.Ports, path, options);
        System.Console.WriteLine($"{device.Name}: {device.Info}, ring {device.Ring}");
        ulong size = (ulong)mebibytes << 20;
        Lab.Expect(device.Info.SizeBytes >= size, $"a disk of at least {size} bytes, found {device.Info.SizeBytes}");
        long start = Stopwatch.GetTimestamp();
        await ForEachPieceAsync(size, (offset, length) => WriteAsync(device, seed, offset, length));
        Expect(DeviceStatus.Success, await device.FlushAsync(), "flush");
        double written = Stopwatch.GetElapsedTime(start).TotalSeconds;
        start = Stopwatch.GetTimestamp();
        await ForEachPieceAsync(size, (offset, length) => ReadAsync(device, seed, offset, length));
        double read = Stopwatch.GetElapsedTime(start).TotalSeconds;
        await ExpectRefusalsAsync(device);
        System.Console.WriteLine($"{device.GetStatistics()}, ring {device.Ring}");
        return $"{mebibytes} MiB in sectors of {device.Info.SectorSize}: written and flushed at {mebibytes / written:F1} MiB/s, read at {mebibytes / read:F1} MiB/s";
    }

    /// <summary>Reads seeded data from a read-only disk, which refuses writes with a result.</summary>
    internal static async Task<string> ReadOnlyAsync(LinuxGuest guest, string path, ulong seed, int mebibytes)
    {
        KernelDrivers.ThrowIfHeld(path);
        await using BlkfrontDevice device = await BlkfrontDevice.OpenAsync(guest.Ports, path);
        System.Console.WriteLine($"{device.Name}: {device.Info}");
        Lab.Expect(device.Info.IsReadOnly, "a read-only disk");
        Expect(DeviceStatus.ReadOnly, await device.WriteAsync(0, new byte[device.Info.SectorSize]), "a write");
        Expect(DeviceStatus.ReadOnly, await device.DiscardAsync(0, 1), "a discard");
        await ForEachPieceAsync((ulong)mebibytes << 20, (offset, length) => ReadAsync(device, seed, offset, length));
        return $"{mebibytes} MiB read; a write is {DeviceStatus.ReadOnly}";
    }

    private static async Task WriteAsync(BlkfrontDevice device, ulong seed, ulong offset, int length)
    {
        ulong sector = offset / (ulong)device.Info.SectorSize;

        // Memory of the device where it has some, memory of the program at an odd address otherwise.
        if (length <= device.MaxReservationLength && device.TryReserve(length, out BlockBuffer reserved))
        {
            using (reserved)
            {
                SeededData.Fill(reserved.Span, seed, offset);
                Expect(DeviceStatus.Success, await device.WriteAsync(sector, reserved), $"writing {length} reserved bytes at {offset}");
            }

            return;
        }

        byte[] own = new byte[length + 1];
        SeededData.Fill(own.AsSpan(1), seed, offset);
        Expect(DeviceStatus.Success, await device.WriteAsync(sector, own.AsMemory(1)), $"writing {length} bytes at {offset}");
    }

    private static async Task ReadAsync(BlkfrontDevice device, ulong seed, ulong offset, int length)
    {
        ulong sector = offset / (ulong)device.Info.SectorSize;
        byte[] own = new byte[length + 3];
        Expect(DeviceStatus.Success, await device.ReadAsync(sector, own.AsMemory(3)), $"reading {length} bytes at {offset}");
        int difference = SeededData.Difference(own.AsSpan(3), seed, offset);
        Lab.Expect(difference < 0, $"the bytes that were written; the one at {offset + (ulong)Math.Max(difference, 0)} differs");
    }

    private static async Task ExpectRefusalsAsync(BlkfrontDevice device)
    {
        byte[] sector = new byte[device.Info.SectorSize];
        Expect(DeviceStatus.OutOfRange, await device.ReadAsync(device.Info.SizeSectors, sector), "reading beyond the end");
        Expect(DeviceStatus.InvalidLength, await device.ReadAsync(0, sector.AsMemory(1)), "reading a part of a sector");
    }

    // Several operations at a time, each of another length.
    private static async Task ForEachPieceAsync(ulong size, Func<ulong, int, Task> body)
    {
        ulong next = 0;
        int index = 0;
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => WorkAsync()));

        async Task WorkAsync()
        {
            while (next < size)
            {
                ulong offset = next;
                int length = (int)Math.Min((ulong)Lengths[index++ % Lengths.Length], size - offset);
                next += (ulong)length;
                await body(offset, length);
            }
        }
    }

    private static void Expect(DeviceStatus expected, DeviceResult actual, string what) =>
        Lab.Expect(actual.Status == expected, $"{what} to be {expected}, found {actual}");
}
