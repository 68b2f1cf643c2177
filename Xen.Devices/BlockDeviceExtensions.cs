namespace Xen.Devices;

/// <summary>What every block device can do, said in terms of <see cref="IBlockDevice"/>.</summary>
public static class BlockDeviceExtensions
{
    /// <summary>The device as a stream that is read and written at any byte. Asynchronous use only.</summary>
    /// <param name="device">The device; it is disposed with the stream.</param>
    public static Stream AsStream(this IBlockDevice device) => new BlockDeviceStream(device, isOwner: true);

    /// <summary>The device as a stream, which leaves it open when it is disposed.</summary>
    /// <param name="device">The device; stays the caller's.</param>
    public static Stream AsBorrowedStream(this IBlockDevice device) => new BlockDeviceStream(device, isOwner: false);
}
