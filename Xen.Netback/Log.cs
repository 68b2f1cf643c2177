using Microsoft.Extensions.Logging;
using Xen.Devices;
using Xen.Platform;
using Xen.Rings;

namespace Xen.Netback;

/// <summary>What Xen.Netback logs: ids 3500 to 3599.</summary>
internal static partial class Log
{
    [LoggerMessage(3500, LogLevel.Information, "{Device} is connected to {Frontend}, which takes over {Offloads}")]
    public static partial void Connected(ILogger logger, string device, DomainId frontend, NetworkOffloads offloads);

    [LoggerMessage(3501, LogLevel.Error, "{Device}: the front end broke {Rule} with {Value}; it is not served further")]
    public static partial void Broken(ILogger logger, string device, NetifRule rule, long value);

    [LoggerMessage(3502, LogLevel.Error, "{Device}: a frame handler failed; the frame is lost")]
    public static partial void HandlerFailed(ILogger logger, string device, Exception exception);
}
