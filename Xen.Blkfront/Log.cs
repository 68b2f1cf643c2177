using Microsoft.Extensions.Logging;

namespace Xen.Blkfront;

/// <summary>What Xen.Blkfront logs: ids 3300 to 3399.</summary>
internal static partial class Log
{
    [LoggerMessage(3300, LogLevel.Information, "{Device}: {Sectors} sectors of {SectorSize} bytes, up to {Segments} segments in each of {Slots} requests")]
    public static partial void Connected(ILogger logger, string device, ulong sectors, int sectorSize, int segments, int slots);

    [LoggerMessage(3301, LogLevel.Error, "{Device}: the backend broke the protocol: {Reason}")]
    public static partial void Breach(ILogger logger, string device, string reason);

    [LoggerMessage(3302, LogLevel.Warning, "{Device}: no pages for indirect requests, so requests stay at 11 segments: {Reason}")]
    public static partial void NoIndirectPages(ILogger logger, string device, string reason);
}
