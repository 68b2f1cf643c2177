using Xen.Devices;
using Xen.Simulation;

namespace Xen.Checks.Allocation;

/// <summary>Block operations, one at a time, through front and back end.</summary>
internal static class BlockAllocation
{
    private const int Small = 4096;
    private const int Large = 64 << 10;
    private const int DiskPages = 256;

    public static void Read(SimulationOptions options, AllocationMeter meter)
    {
        var buffer = new byte[Small];
        Run(options, meter, (disk, token) => disk.ReadAsync(8, buffer.AsMemory(), token));
    }

    public static void Write(SimulationOptions options, AllocationMeter meter)
    {
        var buffer = new byte[Small];
        Run(options, meter, (disk, token) => disk.WriteAsync(8, buffer.AsMemory(), token));
    }

    public static void ReadIndirect(SimulationOptions options, AllocationMeter meter)
    {
        var buffer = new byte[Large];
        Run(options, meter, (disk, token) => disk.ReadAsync(8, buffer.AsMemory(), token));
    }

    public static void ReadReserved(SimulationOptions options, AllocationMeter meter)
    {
        BlockBuffer buffer = default;
        Run(options, meter, (disk, token) => disk.ReadAsync(8, Reserved(disk, ref buffer), token));
    }

    public static void WriteReserved(SimulationOptions options, AllocationMeter meter)
    {
        BlockBuffer buffer = default;
        Run(options, meter, (disk, token) => disk.WriteAsync(8, Reserved(disk, ref buffer), token));
    }

    private static BlockBuffer Reserved(IBlockDevice disk, ref BlockBuffer buffer)
    {
        if (buffer.Owner is null)
        {
            Expect.That(disk.TryReserve(Small, out buffer), "No buffer can be reserved.");
        }

        return buffer;
    }

    private static void Run(SimulationOptions options, AllocationMeter meter, Func<IBlockDevice, CancellationToken, ValueTask<DeviceResult>> start)
    {
        using var bench = new BlockBench(options, DiskPages);
        using var end = new CancellationTokenSource();
        bench.Run(disk => RunAsync(disk, meter, start, end.Token));
    }

    private static async Task RunAsync(
        IBlockDevice disk, AllocationMeter meter, Func<IBlockDevice, CancellationToken, ValueTask<DeviceResult>> start, CancellationToken cancellationToken)
    {
        while (meter.MoveNext())
        {
            ValueTask<DeviceResult> operation = start(disk, cancellationToken);
            meter.Note(operation.IsCompleted);
            DeviceResult result = await operation;
            Expect.That(result.IsSuccess, "A block operation failed.");
        }
    }
}
