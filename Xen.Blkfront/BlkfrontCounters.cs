using Xen.Devices;
using Xen.Rings;

namespace Xen.Blkfront;

/// <summary>The counters of a device, over all its connections.</summary>
internal sealed class BlkfrontCounters
{
    private readonly long[] _operations = new long[(int)BlkifOperation.Indirect];

    public long ReadBytes { get; private set; }

    public long WrittenBytes { get; private set; }

    public long Failures { get; private set; }

    public long Requests { get; set; }

    public long IndirectRequests { get; set; }

    public long CopiedBytes { get; set; }

    public long ReservedBytes { get; set; }

    public long NotificationsSent { get; set; }

    public long NotificationsReceived { get; set; }

    public long SpuriousNotifications { get; set; }

    public long QuarantinedPages { get; set; }

    public void CountEnd(BlkfrontOperation operation, bool isSuccess)
    {
        _operations[(int)operation.Kind]++;
        if (!isSuccess)
        {
            Failures++;
        }
        else if (operation.Kind == BlkifOperation.Read)
        {
            ReadBytes += (long)operation.Length;
        }
        else if (operation.Kind == BlkifOperation.Write)
        {
            WrittenBytes += (long)operation.Length;
        }
    }

    public BlockStatistics Snapshot() => new()
    {
        Reads = _operations[(int)BlkifOperation.Read],
        ReadBytes = ReadBytes,
        Writes = _operations[(int)BlkifOperation.Write],
        WrittenBytes = WrittenBytes,
        Flushes = _operations[(int)BlkifOperation.FlushDiskcache],
        Discards = _operations[(int)BlkifOperation.Discard],
        Failures = Failures,
        Requests = Requests,
        IndirectRequests = IndirectRequests,
        CopiedBytes = CopiedBytes,
        ReservedBytes = ReservedBytes,
        NotificationsSent = NotificationsSent,
        NotificationsReceived = NotificationsReceived,
        SpuriousNotifications = SpuriousNotifications,
        QuarantinedPages = QuarantinedPages,
    };
}
