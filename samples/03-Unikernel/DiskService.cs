using System.Globalization;
using Microsoft.Extensions.Logging;
using Xen.Devices;
using Xen.Hosting;
using Xen.Store;

namespace Unikernel;

/// <summary>Keeps the disks open, and writes and verifies data that a seed fixes on the one that a command names.</summary>
internal sealed class DiskService(Guest guest, ILogger logger)
{
    private const int PieceBytes = 1 << 20;

    private readonly SortedDictionary<string, IBlockDevice> _disks = new(StringComparer.Ordinal);

    /// <summary>Keeps one disk open until the token is cancelled, and closes it. Meanwhile <c>data/vbd/NAME</c> says its size in bytes.</summary>
    public async Task ServeAsync(uint id, CancellationToken gone)
    {
        string name = DiskName.TryFormat(id, out string? known) ? known : id.ToString(CultureInfo.InvariantCulture);
        IBlockDevice disk = await guest.OpenBlockAsync(name, gone);
        Log.DiskServed(logger, disk.Name, name, disk.Info.SizeBytes >> 20, disk.Info.SectorSize, disk.Info.IsReadOnly);
        _disks.Add(name, disk);
        string note = $"data/vbd/{name}";
        try
        {
            await guest.Store.WriteAsync(note, $"{disk.Info.SizeBytes}", gone);
            await Task.Delay(Timeout.InfiniteTimeSpan, guest.TimeProvider, gone);
        }
        finally
        {
            _disks.Remove(name);
            BlockStatistics statistics = disk.GetStatistics();
            Log.DiskClosing(logger, disk.Name, statistics.Requests);
            await guest.CloseAsync(disk);
            await guest.Store.TryRemoveAsync(note, CancellationToken.None);
        }
    }

    /// <summary>Writes the first mebibytes of a seed's data to the beginning of a disk, and flushes.</summary>
    public async Task<string> WriteAsync(string name, ulong seed, int mebibytes, CancellationToken cancellationToken)
    {
        IBlockDevice disk = Find(name);
        byte[] piece = new byte[PieceBytes];
        for (int i = 0; i < mebibytes; i++)
        {
            SeededData.Fill(piece, seed, (ulong)i * PieceBytes);
            (await disk.WriteAsync(SectorOf(disk, i), piece, cancellationToken)).ThrowIfFailed();
        }

        (await disk.FlushAsync(cancellationToken)).ThrowIfFailed();
        return $"wrote {mebibytes} MiB of seed {seed} to {name}";
    }

    /// <summary>Reads it back and compares each byte.</summary>
    public async Task<string> VerifyAsync(string name, ulong seed, int mebibytes, CancellationToken cancellationToken)
    {
        IBlockDevice disk = Find(name);
        byte[] piece = new byte[PieceBytes];
        uint sum = 0;
        for (int i = 0; i < mebibytes; i++)
        {
            (await disk.ReadAsync(SectorOf(disk, i), piece, cancellationToken)).ThrowIfFailed();
            int difference = SeededData.Difference(piece, seed, (ulong)i * PieceBytes);
            if (difference >= 0)
            {
                throw new InvalidDataException($"{name} differs from seed {seed} at byte {((long)i * PieceBytes) + difference}");
            }

            sum = SeededData.Sum(piece, sum);
        }

        return $"verified {mebibytes} MiB of seed {seed} on {name}, CRC-32C {sum:x8}";
    }

    private static ulong SectorOf(IBlockDevice disk, int piece) => (ulong)piece * (PieceBytes / (ulong)disk.Info.SectorSize);

    private IBlockDevice Find(string name) => _disks.TryGetValue(name, out IBlockDevice? disk)
        ? disk
        : throw new IOException($"there is no disk {name}; there are: {string.Join(", ", _disks.Keys)}");
}
