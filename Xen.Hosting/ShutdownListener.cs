using Microsoft.Extensions.Logging;
using Xen.Platform;
using Xen.Store;

namespace Xen.Hosting;

/// <summary>Hears the toolstack's requests from before the main task until everything else of the guest is closed.</summary>
internal sealed class ShutdownListener : IAsyncDisposable
{
    private readonly Guest _guest;
    private readonly TimeSpan _grace;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _listening;

    public ShutdownListener(Guest guest, TimeSpan grace, ILogger logger)
    {
        _guest = guest;
        _grace = grace;
        _logger = logger;
        // Not awaited: the main task does not wait for the daemon.
        _listening = ListenAsync();
    }

    /// <summary>Ends the watch. Idempotent.</summary>
    public async ValueTask DisposeAsync()
    {
        _stop.Cancel();
        await _listening;
    }

    public override string ToString() => "control/shutdown";

    private async Task ListenAsync()
    {
        try
        {
            await using XenShutdownWatch watch = await XenShutdownWatch.OpenAsync(_guest.Store, _guest.LoggerFactory);
            while (true)
            {
                _guest.HandleShutdown(await watch.WaitAsync(_stop.Token), _grace, _logger);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed.
        }
        catch (XenException exception)
        {
            Log.ShutdownDeaf(_logger, exception.Message);
        }
    }
}
