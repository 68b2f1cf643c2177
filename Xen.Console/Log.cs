using Microsoft.Extensions.Logging;

namespace Xen.Console;

/// <summary>What Xen.Console logs: ids 3000 to 3099.</summary>
internal static partial class Log
{
    [LoggerMessage(3000, LogLevel.Error, "{Device}: an index of the peer lies outside the ring: the console is over")]
    public static partial void Breach(ILogger logger, string device);

    [LoggerMessage(3001, LogLevel.Warning, "{Device}: its port was closed: the console is over")]
    public static partial void PortClosed(ILogger logger, string device);

    [LoggerMessage(3002, LogLevel.Error, "{Device}: no console after the resume: {Reason}")]
    public static partial void NotAdopted(ILogger logger, string device, string reason);
}
