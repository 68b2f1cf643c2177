using Microsoft.Extensions.Logging;
using Xen.Devices;
using Xen.Rings;

namespace Xen.Netfront;

/// <summary>What Xen.Netfront logs: ids 3200 to 3299.</summary>
internal static partial class Log
{
    [LoggerMessage(3200, LogLevel.Information, "{Device} is connected: {MacAddress}, offloads {Offloads}, split event channels: {IsSplit}")]
    public static partial void Connected(ILogger logger, string device, MacAddress macAddress, NetworkOffloads offloads, bool isSplit);

    [LoggerMessage(3201, LogLevel.Error, "{Device}: the back end broke {Rule} with {Value}; the device is not used further")]
    public static partial void Broken(ILogger logger, string device, NetifRule rule, long value);

    [LoggerMessage(3203, LogLevel.Warning, "{Device}: {Count} queues of {Wanted}: {Reason}")]
    public static partial void FewerQueues(ILogger logger, string device, int count, int wanted, string reason);

    [LoggerMessage(3202, LogLevel.Error, "{Device}: a frame handler failed; the frame is lost")]
    public static partial void HandlerFailed(ILogger logger, string device, Exception exception);
}
