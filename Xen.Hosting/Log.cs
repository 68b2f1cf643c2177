using Microsoft.Extensions.Logging;

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
}
