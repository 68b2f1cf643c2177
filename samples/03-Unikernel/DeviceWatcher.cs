using Microsoft.Extensions.Logging;
using Xen.Hosting;
using Xen.Platform;
using Xen.Store;

namespace Unikernel;

/// <summary>Notices devices of one type that come and go, and has each one served while it is there.</summary>
/// <param name="guest">The guest.</param>
/// <param name="type">The type: <c>vbd</c>, <c>vif</c>.</param>
/// <param name="serve">Serves the device of a number until its token is cancelled, and closes it.</param>
/// <param name="logger">Where to say what came and went.</param>
internal sealed class DeviceWatcher(Guest guest, string type, Func<uint, CancellationToken, Task> serve, ILogger logger)
{
    private readonly SortedDictionary<uint, ServedDevice> _devices = [];

    private sealed record ServedDevice(Task Serving, CancellationTokenSource Gone);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using XenDeviceWatch watch = await guest.Devices.WatchAsync(type, cancellationToken);
        try
        {
            while (true)
            {
                XenDeviceChange change = await watch.WaitAsync(cancellationToken);
                await (change.Kind == XenDeviceChangeKind.Arrived ? StartAsync(change.Id) : StopAsync(change.Id));
            }
        }
        finally
        {
            foreach (uint id in _devices.Keys.ToArray())
            {
                await StopAsync(id);
            }
        }
    }

    // Not awaited: one device that takes its time holds up no other.
    private Task StartAsync(uint id)
    {
        Log.DeviceCame(logger, type, id);
        var gone = new CancellationTokenSource();
        _devices.Add(id, new ServedDevice(ServeAsync(id, gone.Token), gone));
        return Task.CompletedTask;
    }

    private async Task StopAsync(uint id)
    {
        _devices.Remove(id, out ServedDevice? device);
        device!.Gone.Cancel();
        await device.Serving;
        device.Gone.Dispose();
        Log.DeviceLeft(logger, type, id);
    }

    private async Task ServeAsync(uint id, CancellationToken gone)
    {
        try
        {
            await serve(id, gone);
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            // It went, or the guest ends.
        }
        catch (Exception exception) when (exception is XenException or XenProtocolException or IOException)
        {
            // One device that does not work is no reason to leave the others.
            Log.DeviceFailed(logger, type, id, exception.Message);
        }
    }
}
