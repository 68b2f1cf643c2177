using Microsoft.Extensions.Logging;
using Xen.Store;

namespace Xen.Hosting;

public sealed partial class Guest
{
    private readonly CancellationTokenSource _shutdown = new();
    private readonly CancellationTokenSource _overdue = new();
    private ITimer? _grace;
    private bool _isEnding;

    /// <summary>
    /// Cancelled when the toolstack asked this guest to end: <c>xl shutdown</c>, <c>xl reboot</c>. A main task hands it to what it waits for, and
    /// ends; an <see cref="OperationCanceledException"/> that comes of it is an orderly end. One that has not ended after
    /// <see cref="GuestSettings.ShutdownGrace"/> is left where it is: the exit hooks run, devices close, and the guest ends without it.
    /// Never cancelled on Linux, where the kernel answers for the domain.
    /// </summary>
    public CancellationToken ShutdownRequested => _shutdown.Token;

    /// <summary>
    /// A request replaces an exit of another kind that was set before it, and what the program sets after it replaces the request: the last word
    /// counts, until the exit hooks begin. The first request starts the time of grace; none prolongs it.
    /// </summary>
    internal void HandleShutdown(XenShutdownRequest request, TimeSpan grace, ILogger logger)
    {
        if (_isEnding)
        {
            Log.ShutdownLate(logger, request);
            return;
        }

        Log.ShutdownRequested(logger, request);
        GuestExit asked = request == XenShutdownRequest.Reboot ? GuestExit.Reboot() : GuestExit.PowerOff();
        Exit = Exit.Kind == asked.Kind ? Exit : asked;
        _grace ??= TimeProvider.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), _overdue, grace, Timeout.InfiniteTimeSpan);
        // As work of its own: what a callback of the token throws is unhandled, and crashes the guest as any other such exception.
        Scheduler.Schedule(static state => ((CancellationTokenSource)state!).Cancel(), _shutdown);
    }

    /// <summary>Runs the main task until it ends, or its time is over. After this, no request changes the exit.</summary>
    internal async Task<GuestExit> RunMainAsync(Func<Guest, Task> main, ILogger logger)
    {
        GuestExit exit = await TryMainAsync(main, logger);
        _isEnding = true;
        _grace?.Dispose();
        return exit;
    }

    private async Task<GuestExit> TryMainAsync(Func<Guest, Task> main, ILogger logger)
    {
        try
        {
            await main(this).WaitAsync(_overdue.Token);
        }
        catch (OperationCanceledException exception) when (exception.CancellationToken == _overdue.Token)
        {
            Log.MainLate(logger);
        }
        catch (OperationCanceledException) when (ShutdownRequested.IsCancellationRequested)
        {
            // The token that this guest gave it: its way to end, also where it was linked with others on the way.
        }
        catch (Exception exception)
        {
            // Not swallowed: the guest crashes with it, after its hooks. Everything that is not the main task is not caught at all.
            return GuestExit.Crash(exception);
        }

        return Exit;
    }
}
