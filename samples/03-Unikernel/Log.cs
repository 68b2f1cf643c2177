using System.Net;
using Microsoft.Extensions.Logging;
using Xen.Devices;

namespace Unikernel;

/// <summary>What this program logs, one line each.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "{Type} {Id} came.")]
    public static partial void DeviceCame(ILogger logger, string type, uint id);

    [LoggerMessage(2, LogLevel.Information, "{Type} {Id} left.")]
    public static partial void DeviceLeft(ILogger logger, string type, uint id);

    [LoggerMessage(3, LogLevel.Warning, "{Type} {Id} is not served: {Reason}")]
    public static partial void DeviceFailed(ILogger logger, string type, uint id, string reason);

    [LoggerMessage(4, LogLevel.Information, "{Device} answers for {Address}: {Mac}, MTU {Mtu}, frames up to {Largest} bytes.")]
    public static partial void InterfaceServed(ILogger logger, string device, IPAddress address, MacAddress mac, int mtu, int largest);

    [LoggerMessage(5, LogLevel.Information, "{Device} closes: {Answered} frames answered, {Ignored} ignored.")]
    public static partial void InterfaceClosing(ILogger logger, string device, long answered, long ignored);

    [LoggerMessage(6, LogLevel.Information, "{Device} is {Name}: {Mebibytes} MiB, sectors of {SectorSize} bytes, read-only {IsReadOnly}.")]
    public static partial void DiskServed(ILogger logger, string device, string name, ulong mebibytes, int sectorSize, bool isReadOnly);

    [LoggerMessage(7, LogLevel.Information, "{Device} closes: {Requests} requests.")]
    public static partial void DiskClosing(ILogger logger, string device, long requests);

    [LoggerMessage(8, LogLevel.Information, "'{Command}': {Answer}")]
    public static partial void CommandDone(ILogger logger, string command, string answer);
}
