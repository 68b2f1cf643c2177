using Microsoft.Extensions.Logging;
using Xen.Rings;

namespace Xen.Store;

/// <summary>What Xen.Store logs: ids 2000 to 2099.</summary>
internal static partial class Log
{
    [LoggerMessage(2000, LogLevel.Error, "xenstore connection {Transport} failed: {Reason}")]
    public static partial void ConnectionFailed(ILogger logger, string transport, string reason);

    [LoggerMessage(2001, LogLevel.Debug, "Transaction conflicted, attempt {Attempt}: once more")]
    public static partial void TransactionConflict(ILogger logger, int attempt);

    [LoggerMessage(2010, LogLevel.Debug, "{Device}: state {State}")]
    public static partial void StateWritten(ILogger logger, string device, XenbusState state);

    [LoggerMessage(2011, LogLevel.Debug, "{Peer}: state {State}")]
    public static partial void PeerState(ILogger logger, string peer, XenbusState state);

    [LoggerMessage(2012, LogLevel.Warning, "{Device}: step {Step} failed: {Reason}")]
    public static partial void StepFailed(ILogger logger, string device, XenbusStep step, string reason);

    [LoggerMessage(2013, LogLevel.Information, "{Device}: connection ended: {Reason}")]
    public static partial void ConnectionEnded(ILogger logger, string device, XenbusEndReason reason);

    [LoggerMessage(2014, LogLevel.Warning, "{Device}: the error could not be reported: {Reason}")]
    public static partial void ErrorNotReported(ILogger logger, string device, string reason);

    [LoggerMessage(2020, LogLevel.Warning, "Device {Type}/{Id} is left out: {Reason}")]
    public static partial void MalformedDevice(ILogger logger, string type, uint id, string reason);

    [LoggerMessage(2030, LogLevel.Warning, "{Path} could not be written, a toolstack that looks for it will not ask: {Reason}")]
    public static partial void FeatureNotWritten(ILogger logger, string path, string reason);

    [LoggerMessage(2031, LogLevel.Warning, "control/shutdown: '{Word}' is not known and was cleared; poweroff, reboot and halt are")]
    public static partial void UnknownRequest(ILogger logger, string word);

    [LoggerMessage(2032, LogLevel.Warning, "control/shutdown: this guest cannot suspend; the request is left for the toolstack to take back")]
    public static partial void SuspendNotAnswered(ILogger logger);

    [LoggerMessage(2033, LogLevel.Warning, "control/shutdown: '{Word}' could not be acknowledged: {Reason}")]
    public static partial void NotAcknowledged(ILogger logger, string word, string reason);
}
