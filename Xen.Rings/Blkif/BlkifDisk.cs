namespace Xen.Rings;

/// <summary>What a backend serves, as far as it decides which requests are valid.</summary>
/// <param name="Sectors">The size, in 512 bytes.</param>
/// <param name="SectorSize">Bytes in a sector of the device: requests are whole numbers of them.</param>
/// <param name="IsReadOnly">True when writes and discards are refused.</param>
/// <param name="OffersDiscard">True when discards are offered.</param>
/// <param name="MaxIndirectSegments">Segments in an indirect request; 0 when those are not offered.</param>
public readonly record struct BlkifDisk(ulong Sectors, int SectorSize, bool IsReadOnly, bool OffersDiscard, int MaxIndirectSegments);
