using Xen.Devices;
using Xen.Hosting;

namespace FirstGuest;

/// <summary>Writes, flushes and reads back blocks of the disk.</summary>
internal static class DiskTour
{
    private const int Length = 1 << 20;
    private const ulong FirstSector = 64;

    public static async Task RunAsync(Guest guest)
    {
        await using IBlockDevice disk = await guest.OpenBlockAsync("xvda");
        BlockDeviceInfo info = disk.Info;
        Console.WriteLine($"disk     {disk.Name}: {info.SizeBytes >> 20} MiB, sectors of {info.SectorSize} bytes{(info.IsReadOnly ? ", read-only" : "")}");

        byte[] written = new byte[Length];
        for (int i = 0; i < Length; i++)
        {
            written[i] = (byte)(i * 31 >> 3);
        }

        (await disk.WriteAsync(FirstSector, written)).ThrowIfFailed();
        (await disk.FlushAsync()).ThrowIfFailed();
        byte[] read = new byte[Length];
        (await disk.ReadAsync(FirstSector, read)).ThrowIfFailed();
        if (!read.AsSpan().SequenceEqual(written))
        {
            throw new InvalidDataException($"{disk.Name}: what was read differs from what was written at sector {FirstSector}.");
        }

        DeviceResult beyond = await disk.ReadAsync(info.SizeSectors, read.AsMemory(0, info.SectorSize));
        Console.WriteLine($"         wrote, flushed and read back {Length >> 10} KiB; a read beyond the end says {beyond}");
        BlockStatistics statistics = disk.GetStatistics();
        Console.WriteLine(
            $"         {statistics.Requests} requests, {statistics.IndirectRequests} of them indirect; " +
            $"{statistics.NotificationsSent} notifications out, {statistics.NotificationsReceived} in");
        Console.WriteLine($"         {disk}");
    }
}
