using System.Globalization;
using Xen.Blkfront;
using Xen.Checks.Allocation;
using Xen.Devices;
using Xen.Simulation;

namespace Xen.Benchmarks.Devices;

/// <summary>Blocks of 64 KiB from the front end to a disk in memory and back, in real time.</summary>
internal static class BlockBenchmark
{
    private const double Goal = 0.5;
    private const int Rounds = 31;
    private const int BlockBytes = 64 << 10;
    private const int Depth = 8;
    private const int OperationsOfRound = 2000;

    private delegate ValueTask<DeviceResult> Operation(IBlockDevice disk, int worker, ulong sector);

    public static void Run()
    {
        Run("read into reserved memory", 1, Reserved(), static (disk, sector, buffer) => disk.ReadAsync(sector, buffer));
        Run("write from reserved memory", 1, Reserved(), static (disk, sector, buffer) => disk.WriteAsync(sector, buffer));
        var foreign = new byte[Depth][];
        for (int i = 0; i < Depth; i++)
        {
            foreign[i] = new byte[BlockBytes];
        }

        Run("read into foreign memory", 2, (disk, worker, sector) => disk.ReadAsync(sector, foreign[worker].AsMemory()));
        Run("write from foreign memory", 2, (disk, worker, sector) => disk.WriteAsync(sector, foreign[worker].AsMemory()));
    }

    private static BlockBuffer[] Reserved() => new BlockBuffer[Depth];

    private static void Run(string name, int passes, BlockBuffer[] buffers, Func<IBlockDevice, ulong, BlockBuffer, ValueTask<DeviceResult>> start) =>
        Run(name, passes, (disk, worker, sector) =>
        {
            if (buffers[worker].Owner is null && !disk.TryReserve(BlockBytes, out buffers[worker]))
            {
                throw new InvalidOperationException("No buffer can be reserved.");
            }

            return start(disk, sector, buffers[worker]);
        });

    private static void Run(string name, int passes, Operation start)
    {
        using var bench = new BlockBench(new SimulationOptions { RealTime = TimeProvider.System }, Depth * BlockBytes / 4096);
        using var copies = new CopyPasses(passes, BlockBytes, BlockBytes, Depth);
        var comparison = new Comparison(
            $"block of 64 KiB, {name}", string.Create(CultureInfo.InvariantCulture, $"Span.CopyTo, {passes} of it"), "block");
        bench.Run(
            async disk =>
            {
                for (int round = 0; round < Rounds; round++)
                {
                    double ours = await Comparison.TimeAsync(OperationsOfRound, () => RoundAsync(disk, start));
                    double theirs = copies.Time(OperationsOfRound);
                    if (round > Rounds / 3)
                    {
                        comparison.Add(ours, theirs);
                    }
                }

                comparison.PrintShare(Goal);
                BlockStatistics statistics = disk.GetStatistics();
                double perBlock = 1000.0 * statistics.NotificationsSent / (statistics.Reads + statistics.Writes);
                System.Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {1e9 / comparison.Ours * BlockBytes / 1e9:F2} GB/s, {perBlock:F0} notifications by the front end per 1,000 blocks"));
            },
            new BlkfrontOptions { ReservedPages = Depth * BlockBytes / 4096 });
    }

    private static Task RoundAsync(IBlockDevice disk, Operation start)
    {
        var workers = new Task[Depth];
        for (int i = 0; i < Depth; i++)
        {
            workers[i] = WorkAsync(disk, i, start);
        }

        return Task.WhenAll(workers);
    }

    private static async Task WorkAsync(IBlockDevice disk, int worker, Operation start)
    {
        ulong sector = (ulong)worker * (ulong)(BlockBytes / disk.Info.SectorSize);
        for (int i = 0; i < OperationsOfRound / Depth; i++)
        {
            (await start(disk, worker, sector)).ThrowIfFailed();
        }
    }
}
