using Xen.Devices;
using Xen.Speed.Generator;

namespace Xen.Speed;

/// <summary>Reserved memory of the product's block device, one buffer for each block that is under way.</summary>
internal sealed class UnikernelDisk(IBlockDevice device) : ISpeedDisk
{
    private int _next;

    public async ValueTask RunAsync(bool isWrite, int blockBytes, int depth, int count)
    {
        _next = 0;
        var workers = new Task[depth];
        for (int i = 0; i < depth; i++)
        {
            workers[i] = WorkAsync(isWrite, blockBytes, count);
        }

        await Task.WhenAll(workers);
    }

    public string Describe()
    {
        BlockStatistics statistics = device.GetStatistics();
        return $"{statistics.Requests} requests, {statistics.IndirectRequests} of them indirect, {statistics.NotificationsSent} notifications out, "
            + $"{statistics.NotificationsReceived} in, {statistics.SpuriousNotifications} of them spurious";
    }

    private async Task WorkAsync(bool isWrite, int blockBytes, int count)
    {
        if (!device.TryReserve(blockBytes, out BlockBuffer buffer))
        {
            throw new InvalidOperationException($"{device.Name} has no {blockBytes} bytes to reserve; at most {device.MaxReservationLength}.");
        }

        using BlockBuffer held = buffer;
        while (_next < count)
        {
            ulong sector = (ulong)(BlockOrder.OffsetOf(_next++, blockBytes) / device.Info.SectorSize);
            DeviceResult result = isWrite ? await device.WriteAsync(sector, held) : await device.ReadAsync(sector, held);
            result.ThrowIfFailed();
        }
    }
}
