namespace Xen.Devices;

/// <summary>What a block device is. Sizes hold at the moment they are read: a device may grow, and a new connection may differ.</summary>
public readonly record struct BlockDeviceInfo
{
    /// <summary>Bytes in a sector, the unit of every operation: a power of two, at least 512.</summary>
    public required int SectorSize { get; init; }

    /// <summary>Bytes that the medium writes at once; a hint for alignment, at least <see cref="SectorSize"/>.</summary>
    public required int PhysicalSectorSize { get; init; }

    /// <summary>The size in sectors of <see cref="SectorSize"/> bytes.</summary>
    public required ulong SizeSectors { get; init; }

    /// <summary>True when writes and discards are refused with <see cref="DeviceStatus.ReadOnly"/>.</summary>
    public required bool IsReadOnly { get; init; }

    /// <summary>True when <see cref="IBlockDevice.FlushAsync"/> makes earlier writes durable.</summary>
    public required bool SupportsFlush { get; init; }

    /// <summary>True when sectors can be discarded.</summary>
    public required bool SupportsDiscard { get; init; }

    /// <summary>The size in bytes.</summary>
    public ulong SizeBytes => SizeSectors * (ulong)SectorSize;
}
