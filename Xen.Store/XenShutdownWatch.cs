using System.Text;
using Microsoft.Extensions.Logging;
using Xen.Platform;

namespace Xen.Store;

/// <summary>
/// The stream of a toolstack's requests to a domain that is wholly ours: <c>poweroff</c>, <c>reboot</c> and <c>halt</c>, as <c>xl shutdown</c> and
/// <c>xl reboot</c> write them. Each is acknowledged by writing "" over it in a transaction, and then handed on once.
/// </summary>
/// <remarks>
/// Opening writes <c>control/feature-poweroff</c> and <c>control/feature-reboot</c>: the toolstack of QubesOS asks nobody who did not (qubes-protocols 1).
/// There is none for <c>halt</c>: no toolstack looks for it, and <c>xl</c> makes no such node that a guest could write. A word that is not known
/// is logged and cleared. <c>suspend</c> is logged and left: clearing it would promise a suspend, and the toolstack takes it back by itself.
/// <c>control/sysrq</c> is not looked at. One waiter at a time. A watch belongs to its connection: after a resume into a new domain it is opened again,
/// on the new one. Linux's kernel answers for a Linux domain; a second answer would be a race.
/// </remarks>
public sealed class XenShutdownWatch : IAsyncDisposable
{
    private const string RequestPath = "control/shutdown";
    private const int MaxShownBytes = 32;

    private static readonly string[] FeaturePaths = ["control/feature-poweroff", "control/feature-reboot"];

    private readonly XenStoreClient _store;
    private readonly StoreWatch _watch;
    private readonly ILogger _logger;

    private XenShutdownWatch(XenStoreClient store, StoreWatch watch, ILogger logger)
    {
        _store = store;
        _watch = watch;
        _logger = logger;
    }

    /// <summary>Begins to listen, and says so to the toolstack. What was asked before counts.</summary>
    /// <param name="store">The domain's xenstore.</param>
    /// <param name="loggerFactory">Where to log.</param>
    /// <param name="cancellationToken">Ends the wait for the daemon.</param>
    /// <exception cref="XenException">The watch was refused, or the connection failed. A feature key that may not be written is only logged.</exception>
    public static async ValueTask<XenShutdownWatch> OpenAsync(
        XenStoreClient store, ILoggerFactory loggerFactory, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(loggerFactory);
        ILogger logger = loggerFactory.CreateLogger<XenShutdownWatch>();
        // The watch before the keys: whoever reads a key may ask at once.
        StoreWatch watch = await store.WatchAsync(RequestPath, cancellationToken);
        try
        {
            foreach (string path in FeaturePaths)
            {
                await AnnounceAsync(store, path, logger, cancellationToken);
            }

            return new XenShutdownWatch(store, watch, logger);
        }
        catch
        {
            await watch.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits for the next request. It is acknowledged when this returns.</summary>
    /// <param name="cancellationToken">Ends the wait; no request is lost by that.</param>
    /// <exception cref="ObjectDisposedException">The watch was disposed.</exception>
    /// <exception cref="XenException">The connection to the store failed.</exception>
    public async ValueTask<XenShutdownRequest> WaitAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            await _watch.WaitAsync(cancellationToken);
            // Not cancelled: the event was taken, so what it stands for must be looked at.
            if (await TakeAsync() is { } request)
            {
                return request;
            }
        }
    }

    /// <summary>Ends the watch; a waiter gets <see cref="ObjectDisposedException"/>. Idempotent.</summary>
    public ValueTask DisposeAsync() => _watch.DisposeAsync();

    private static async ValueTask AnnounceAsync(XenStoreClient store, string path, ILogger logger, CancellationToken cancellationToken)
    {
        try
        {
            await store.WriteAsync(path, "1", cancellationToken);
        }
        catch (XenException exception) when (exception.ErrorCode is XenErrno.EACCES or XenErrno.ENOSPC)
        {
            // A toolstack that made no such node for us, or a quota: only QubesOS asks for the key, others ask all the same.
            Log.FeatureNotWritten(logger, path, exception.Message);
        }
    }

    private static bool IsForUs(ReadOnlySpan<byte> word) => word.Length > 0 && !word.SequenceEqual("suspend"u8);

    private async ValueTask<XenShutdownRequest?> TakeAsync()
    {
        // Events are of every change, our own acknowledgement too: a look costs less than a transaction.
        byte[] word = await _store.TryReadAsync(RequestPath) ?? [];
        if (!IsForUs(word))
        {
            LogOther(word);
            return null;
        }

        try
        {
            word = await _store.TransactionAsync(ClearAsync);
        }
        catch (XenException exception)
        {
            // It was asked; that the answer cannot be written must not keep the domain alive. Its end is an answer, too.
            Log.NotAcknowledged(_logger, Show(word), exception.Message);
        }

        return Parse(word);
    }

    // Read once more inside: what is acknowledged is what was there then, and a toolstack that takes it back meanwhile is not overwritten.
    private static async ValueTask<byte[]> ClearAsync(StoreTransaction transaction)
    {
        byte[] word = await transaction.TryReadAsync(RequestPath) ?? [];
        if (IsForUs(word))
        {
            await transaction.WriteAsync(RequestPath, "");
        }

        return word;
    }

    private XenShutdownRequest? Parse(ReadOnlySpan<byte> word)
    {
        XenShutdownRequest? request = word switch
        {
            _ when word.SequenceEqual("poweroff"u8) => XenShutdownRequest.PowerOff,
            _ when word.SequenceEqual("reboot"u8) => XenShutdownRequest.Reboot,
            _ when word.SequenceEqual("halt"u8) => XenShutdownRequest.Halt,
            _ => null,
        };
        if (request is null)
        {
            LogOther(word);
        }

        return request;
    }

    private void LogOther(ReadOnlySpan<byte> word)
    {
        if (IsForUs(word))
        {
            Log.UnknownRequest(_logger, Show(word));
        }
        else if (word.Length > 0)
        {
            Log.SuspendNotAnswered(_logger);
        }
    }

    // A node holds up to 4,096 bytes of anything; a log line gets the beginning, in characters that move no cursor.
    private static string Show(ReadOnlySpan<byte> word)
    {
        var text = new StringBuilder();
        foreach (byte value in word[..Math.Min(word.Length, MaxShownBytes)])
        {
            text.Append(value is >= (byte)' ' and <= (byte)'~' ? (char)value : '?');
        }

        return word.Length > MaxShownBytes ? $"{text}… ({word.Length} bytes)" : text.ToString();
    }
}
