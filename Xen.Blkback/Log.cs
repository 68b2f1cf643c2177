using Microsoft.Extensions.Logging;

namespace Xen.Blkback;

/// <summary>What Xen.Blkback logs: ids 3400 to 3499.</summary>
internal static partial class Log
{
    [LoggerMessage(3400, LogLevel.Information, "{Device}: serves {Store}, {Sectors} sectors of 512 bytes, over a ring of {Pages} pages")]
    public static partial void Connected(ILogger logger, string device, string store, ulong sectors, int pages);
}
