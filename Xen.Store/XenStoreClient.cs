using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Xen.Platform;
using Xen.Rings;

namespace Xen.Store;

/// <summary>
/// A client of xenstore over any transport. Any number of operations may be under way at once; they are sent in the order of the calls.
/// All members are called on the guest's scheduler.
/// </summary>
public sealed class XenStoreClient : StoreAccess, IAsyncDisposable
{
    private const int MaxTransactionAttempts = 64;
    private const int AttemptsWithoutDelay = 4;
    private const int MaxDelayMilliseconds = 64;

    private readonly ILogger _logger;

    /// <summary>Makes a client; requests may be made at once.</summary>
    /// <param name="transport">The connection; the client owns it.</param>
    /// <param name="scheduler">The guest's scheduler.</param>
    /// <param name="loggerFactory">Where to log.</param>
    public XenStoreClient(IStoreTransport transport, IGuestScheduler scheduler, ILoggerFactory loggerFactory)
        : this(transport, scheduler, LoggerOf(loggerFactory))
    {
    }

    private XenStoreClient(IStoreTransport transport, IGuestScheduler scheduler, ILogger logger)
        : base(new StoreConnection(transport, scheduler, logger), transactionId: 0) =>
        _logger = logger;

    /// <summary>What the client is connected to.</summary>
    public string Name => Connection.Name;

    /// <summary>How many watches this client has.</summary>
    public int WatchCount => Connection.WatchCount;

    /// <summary>Watches a node and all below it, whether it is there or not.</summary>
    /// <param name="path">The node, or a special name such as <c>@releaseDomain</c>.</param>
    /// <param name="cancellationToken">Ends the wait for the daemon's agreement; then there is no watch.</param>
    /// <returns>The watch; its first event comes at once.</returns>
    /// <exception cref="XenException">The quota of watches is used up (<see cref="XenErrno.ENOSPC"/>, <see cref="XenErrno.E2BIG"/>), or the path may not be watched.</exception>
    public async ValueTask<StoreWatch> WatchAsync(string path, CancellationToken cancellationToken = default)
    {
        StorePath.Check(path);
        var watch = new StoreWatch(Connection, path);
        try
        {
            await CallAsync(WithWatch(Connection, XsdSockmsgType.Watch, watch), path, cancellationToken);
            return watch;
        }
        catch
        {
            Connection.Unregister(watch.Token);
            throw;
        }
    }

    /// <summary>Waits until a node's value is as wanted: reads it now and after each change.</summary>
    /// <param name="path">The node.</param>
    /// <param name="isWanted">Tells whether a value is it; <see langword="null"/> means that there is no such node.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The value that was wanted.</returns>
    public async ValueTask<string?> WaitForAsync(string path, Func<string?, bool> isWanted, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(isWanted);
        await using StoreWatch watch = await WatchAsync(path, cancellationToken);
        while (true)
        {
            await watch.WaitAsync(cancellationToken);
            string? value = await TryReadTextAsync(path, cancellationToken);
            if (isWanted(value))
            {
                return value;
            }
        }
    }

    /// <summary>
    /// Runs a body in a transaction and commits it. When somebody else changed what the body read or wrote, the whole body runs again, so it must
    /// have no effect of its own beyond the transaction. When it throws, the transaction is dropped.
    /// </summary>
    /// <param name="body">Reads and writes through the transaction it is given.</param>
    /// <param name="cancellationToken">Ends the waits between the attempts.</param>
    /// <exception cref="XenException">It conflicted on every attempt (<see cref="XenErrno.EAGAIN"/>), or the daemon refused.</exception>
    public async ValueTask TransactionAsync(Func<StoreTransaction, ValueTask> body, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        for (int attempt = 1; attempt <= MaxTransactionAttempts; attempt++)
        {
            if (await TryTransactionAsync(body, cancellationToken))
            {
                return;
            }

            Log.TransactionConflict(_logger, attempt);
            await DelayAsync(attempt, cancellationToken);
        }

        throw new XenException(XenErrno.EAGAIN, $"xenstore transaction on {Name}", $"it conflicted with others {MaxTransactionAttempts} times");
    }

    /// <summary>As the other overload, with a result.</summary>
    /// <typeparam name="TResult">What the body returns.</typeparam>
    /// <param name="body">Reads and writes through the transaction it is given.</param>
    /// <param name="cancellationToken">Ends the waits between the attempts.</param>
    /// <returns>What the body returned on the attempt that was committed.</returns>
    /// <exception cref="XenException">It conflicted on every attempt (<see cref="XenErrno.EAGAIN"/>), or the daemon refused.</exception>
    public async ValueTask<TResult> TransactionAsync<TResult>(Func<StoreTransaction, ValueTask<TResult>> body, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        TResult result = default!;
        await TransactionAsync(async transaction => { result = await body(transaction); }, cancellationToken);
        return result;
    }

    /// <summary>The guest's own domain number, which the toolstack writes into its home.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="XenException">There is none, or it is no guest's number (<see cref="XenErrno.EINVAL"/>).</exception>
    public async ValueTask<DomainId> ReadDomainIdAsync(CancellationToken cancellationToken = default)
    {
        string text = await ReadTextAsync("domid", cancellationToken);
        return ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort value) && value <= DomainId.MaxGuest
            ? new DomainId(value)
            : throw new XenException(XenErrno.EINVAL, "read 'domid' in xenstore", $"expected 0 to {DomainId.MaxGuest}, found '{text}'");
    }

    /// <summary>Asks for a domain's home path: <c>/local/domain/5</c>.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<string> GetDomainPathAsync(DomainId domain, CancellationToken cancellationToken = default) =>
        Encoding.UTF8.GetString(StoreText.WithoutNul(await CallDomainAsync(XsdSockmsgType.GetDomainPath, domain, cancellationToken)));

    /// <summary>Drops all watches and transactions that the daemon has for this connection, also those of whoever used it before.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">The connection is shared with a kernel, which would lose its own.</exception>
    public async ValueTask ResetWatchesAsync(CancellationToken cancellationToken = default)
    {
        if (!Connection.CanResetWatches)
        {
            throw new InvalidOperationException($"{Name} is shared with a kernel, which would lose its own watches.");
        }

        await CallAsync(Rent(XsdSockmsgType.ResetWatches, "").AppendString(""), "", cancellationToken);
    }

    /// <summary>For toolstacks: tells the daemon of a domain and how to reach it.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="frame">The frame of the page that the domain shares with the daemon.</param>
    /// <param name="port">The domain's event channel for the daemon.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask IntroduceAsync(DomainId domain, ulong frame, uint port, CancellationToken cancellationToken = default)
    {
        StoreRequest request = Rent(XsdSockmsgType.Introduce, domain.ToString())
            .AppendString(Text(domain.Value)).AppendString(Text(frame)).AppendString(Text(port));
        await CallAsync(request, domain.ToString(), cancellationToken);
    }

    /// <summary>For toolstacks: makes the daemon forget a domain. Its nodes stay.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask ReleaseAsync(DomainId domain, CancellationToken cancellationToken = default) =>
        await CallDomainAsync(XsdSockmsgType.Release, domain, cancellationToken);

    /// <summary>For toolstacks: lets a domain's next shutdown be reported again, after a resume.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask ResumeAsync(DomainId domain, CancellationToken cancellationToken = default) =>
        await CallDomainAsync(XsdSockmsgType.Resume, domain, cancellationToken);

    /// <summary>For toolstacks: gives one domain the rights of another, as a stub domain has over its guest.</summary>
    /// <param name="domain">Who gets the rights.</param>
    /// <param name="target">Whose rights.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask SetTargetAsync(DomainId domain, DomainId target, CancellationToken cancellationToken = default)
    {
        StoreRequest request = Rent(XsdSockmsgType.SetTarget, domain.ToString()).AppendString(Text(domain.Value)).AppendString(Text(target.Value));
        await CallAsync(request, domain.ToString(), cancellationToken);
    }

    /// <summary>True when the daemon knows the domain.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<bool> IsIntroducedAsync(DomainId domain, CancellationToken cancellationToken = default) =>
        StoreText.WithoutNul(await CallDomainAsync(XsdSockmsgType.IsDomainIntroduced, domain, cancellationToken)).SequenceEqual("T"u8);

    /// <summary>Ends the connection: whoever waits gets an error, watches end. Idempotent.</summary>
    public ValueTask DisposeAsync() => Connection.DisposeAsync();

    internal static async ValueTask UnwatchAsync(StoreConnection connection, StoreWatch watch)
    {
        // ENOENT or a connection that ends meanwhile: the watch is gone either way, so the reply does not matter.
        try
        {
            await connection.CallAsync(WithWatch(connection, XsdSockmsgType.Unwatch, watch), CancellationToken.None);
        }
        catch (XenException)
        {
            return;
        }
    }

    private static ILogger LoggerOf(ILoggerFactory loggerFactory)
    {
        ArgumentNullException.ThrowIfNull(loggerFactory);
        return loggerFactory.CreateLogger<XenStoreClient>();
    }

    private static StoreRequest WithWatch(StoreConnection connection, XsdSockmsgType type, StoreWatch watch) =>
        connection.Rent(type, 0, watch.Path).AppendString(watch.Path).AppendString(Text(watch.Token));

    private static string Text(ulong number) => number.ToString(CultureInfo.InvariantCulture);

    private async ValueTask<byte[]> CallDomainAsync(XsdSockmsgType type, DomainId domain, CancellationToken cancellationToken) =>
        await CallAsync(Rent(type, domain.ToString()).AppendString(Text(domain.Value)), domain.ToString(), cancellationToken);

    private async ValueTask<bool> TryTransactionAsync(Func<StoreTransaction, ValueTask> body, CancellationToken cancellationToken)
    {
        byte[] reply = await CallAsync(Rent(XsdSockmsgType.TransactionStart, "").AppendString(""), "", cancellationToken);
        if (!StoreText.TryParseNumber(reply, out uint id) || id == 0)
        {
            throw Connection.FailProtocol("the reply to TransactionStart is no transaction's number");
        }

        try
        {
            await body(new StoreTransaction(Connection, id));
        }
        catch
        {
            await DropAsync(id);
            throw;
        }

        return await TryCommitAsync(id);
    }

    // Not cancellable: what became of the commit must be known, and the daemon always answers or the connection fails.
    private async ValueTask<bool> TryCommitAsync(uint id)
    {
        StoreReply reply = await Connection.CallAsync(Connection.Rent(XsdSockmsgType.TransactionEnd, id, "").AppendString("T"), CancellationToken.None);
        if (reply.Type != XsdSockmsgType.Error)
        {
            return true;
        }

        XenErrno error = StoreErrorName.Parse(StoreText.WithoutNul(reply.Payload));
        return error == XenErrno.EAGAIN ? false : throw Refused(error, XsdSockmsgType.TransactionEnd, $"{id}");
    }

    private async ValueTask DropAsync(uint id)
    {
        try
        {
            await Connection.CallAsync(Connection.Rent(XsdSockmsgType.TransactionEnd, id, "").AppendString("F"), CancellationToken.None);
        }
        catch (XenException)
        {
            // The connection is over, and the transaction with it; the body's exception is the one to report.
            return;
        }
    }

    private async ValueTask DelayAsync(int attempt, CancellationToken cancellationToken)
    {
        if (attempt < AttemptsWithoutDelay)
        {
            return;
        }

        int milliseconds = Math.Min(1 << Math.Min(attempt - AttemptsWithoutDelay, 10), MaxDelayMilliseconds);
        await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), Connection.Scheduler.TimeProvider, cancellationToken);
    }
}
