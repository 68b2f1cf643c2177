using Microsoft.Extensions.Logging;

namespace Xen.Unikernel;

/// <summary>What Xen.Unikernel logs: ids 9100 to 9199.</summary>
internal static partial class Log
{
    [LoggerMessage(9100, LogLevel.Information, "Passed over on the command line, as a toolstack's for Linux: {Words}.")]
    public static partial void PassedOver(ILogger logger, string words);
}
