using Xen.Devices;
using Xen.Rings;

namespace Xen.Netback;

/// <summary>How a frame is spread over the slots of a receive ring.</summary>
internal static class NetbackFraming
{
    /// <summary>How many slots a frame takes.</summary>
    public static int SlotsOf(int length, FrameOffload offload) => Netif.SlotsOf(length) + ExtrasOf(offload);

    /// <summary>How many of them carry extra info.</summary>
    public static int ExtrasOf(FrameOffload offload) => offload.GsoType == GsoType.None ? 0 : 1;

    /// <summary>The flags of a slot.</summary>
    public static NetifRxFlags FlagsOf(FrameOffload offload, bool isFirst, bool isLast)
    {
        NetifRxFlags flags = isLast ? NetifRxFlags.None : NetifRxFlags.MoreData;
        if (!isFirst)
        {
            return flags;
        }

        flags |= ExtrasOf(offload) == 0 ? NetifRxFlags.None : NetifRxFlags.ExtraInfo;
        return offload.Checksum switch
        {
            ChecksumState.Partial => flags | NetifRxFlags.CsumBlank | NetifRxFlags.DataValidated,
            ChecksumState.Validated => flags | NetifRxFlags.DataValidated,
            _ => flags,
        };
    }
}
