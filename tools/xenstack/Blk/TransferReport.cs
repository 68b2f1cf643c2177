namespace XenStack.Tool;

/// <summary>What was copied or compared, as it is printed.</summary>
internal sealed record TransferReport(string Done, string Name, string File, ulong Sector, long Bytes);
