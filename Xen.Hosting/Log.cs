using Microsoft.Extensions.Logging;
using Xen.Store;

namespace Xen.Hosting;

/// <summary>What Xen.Hosting logs: ids 9000 to 9099.</summary>
internal static partial class Log
{
    [LoggerMessage(9000, LogLevel.Warning, "An exit hook did not end within the deadline.")]
    public static partial void ExitHookLate(ILogger logger);

    [LoggerMessage(9001, LogLevel.Error, "An exit hook failed.")]
    public static partial void ExitHookFailed(ILogger logger, Exception exception);

    [LoggerMessage(9002, LogLevel.Warning, "{Device} did not close within the deadline.")]
    public static partial void CloseLate(ILogger logger, string device);

    [LoggerMessage(9003, LogLevel.Error, "{Device} failed to close.")]
    public static partial void CloseFailed(ILogger logger, string device, Exception exception);

    [LoggerMessage(9004, LogLevel.Critical, "The main task failed; the guest crashes.")]
    public static partial void MainFailed(ILogger logger, Exception exception);

    [LoggerMessage(9005, LogLevel.Information, "{Domain} is up on the {Host} host.")]
    public static partial void GuestUp(ILogger logger, string domain, string host);

    [LoggerMessage(9006, LogLevel.Critical, "An exception was not handled; the guest crashes where it stands.")]
    public static partial void Unhandled(ILogger logger, Exception exception);

    [LoggerMessage(9007, LogLevel.Information, "The toolstack asks this guest to end: {Request}.")]
    public static partial void ShutdownRequested(ILogger logger, XenShutdownRequest request);

    [LoggerMessage(9008, LogLevel.Information, "The toolstack asks for {Request}; this guest is ending already.")]
    public static partial void ShutdownLate(ILogger logger, XenShutdownRequest request);

    [LoggerMessage(9009, LogLevel.Warning, "The main task did not end in time after the toolstack's request; the guest ends without it.")]
    public static partial void MainLate(ILogger logger);

    [LoggerMessage(9010, LogLevel.Error, "The toolstack's requests cannot be heard (any more): {Reason}")]
    public static partial void ShutdownDeaf(ILogger logger, string reason);
}
