using Xen.Devices;
using Xen.Rings;

namespace Xen.Blkfront;

/// <summary>What a backend says it is, when it is connected.</summary>
internal readonly record struct BlkfrontBackend
{
    /// <summary>The size, in 512 bytes.</summary>
    public required ulong Sectors { get; init; }

    public required int SectorSize { get; init; }

    public required int PhysicalSectorSize { get; init; }

    public required bool IsReadOnly { get; init; }

    public required bool OffersFlush { get; init; }

    public required bool OffersDiscard { get; init; }

    public required int MaxIndirectSegments { get; init; }

    public BlockDeviceInfo ToInfo(bool canFlush, bool canDiscard) => new()
    {
        SectorSize = SectorSize,
        PhysicalSectorSize = PhysicalSectorSize,
        SizeSectors = Sectors / (ulong)(SectorSize >> Blkif.SectorShift),
        IsReadOnly = IsReadOnly,
        SupportsFlush = OffersFlush && canFlush,
        SupportsDiscard = OffersDiscard && canDiscard && !IsReadOnly,
    };
}
