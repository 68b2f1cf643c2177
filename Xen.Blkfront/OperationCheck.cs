using Xen.Devices;
using Xen.Rings;

namespace Xen.Blkfront;

/// <summary>What is refused before anything is taken.</summary>
internal static class OperationCheck
{
    /// <summary>Success, or why the operation cannot be carried out.</summary>
    /// <param name="info">The device.</param>
    /// <param name="sector">The first sector.</param>
    /// <param name="length">Bytes; of a flush 0.</param>
    /// <param name="kind">Read, write, flush or discard.</param>
    public static DeviceResult Check(in BlockDeviceInfo info, ulong sector, ulong length, BlkifOperation kind)
    {
        if ((kind == BlkifOperation.FlushDiskcache && !info.SupportsFlush) || (kind == BlkifOperation.Discard && !info.SupportsDiscard && !info.IsReadOnly))
        {
            return new DeviceResult(DeviceStatus.NotSupported, 0);
        }

        if (info.IsReadOnly && kind is BlkifOperation.Write or BlkifOperation.Discard)
        {
            return new DeviceResult(DeviceStatus.ReadOnly, 0);
        }

        ulong count = length / (ulong)info.SectorSize;
        if (count * (ulong)info.SectorSize != length)
        {
            return new DeviceResult(DeviceStatus.InvalidLength, (int)Math.Min(length, int.MaxValue));
        }

        return count > info.SizeSectors || sector > info.SizeSectors - count
            ? new DeviceResult(DeviceStatus.OutOfRange, (int)Math.Min(info.SizeSectors, int.MaxValue))
            : DeviceResult.Success;
    }
}
