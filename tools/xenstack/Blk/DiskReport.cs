namespace XenStack.Tool;

/// <summary>What a disk is, as it is printed.</summary>
internal sealed record DiskReport(
    string Name, ulong SizeBytes, int SectorSize, int PhysicalSectorSize, bool IsReadOnly, bool SupportsFlush, bool SupportsDiscard);
