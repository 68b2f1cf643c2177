using Microsoft.Extensions.Logging;
using Xen.Devices;
using Xen.Events;
using Xen.Hosting;
using Xen.Platform;

namespace Xen.Unikernel;

/// <summary>Console 0, which is the layer's until the program asks for it. In an image whose program never does, nothing of the driver is left.</summary>
internal sealed class UnikernelGuestConsole(
    GuestEventChannels events, GuestRunQueue queue, IGuestLifecycle lifecycle, UnikernelDriver driver, ILoggerFactory loggerFactory) : IGuestConsole
{
    private UnikernelConsole? _opened;

    public IConsole Open()
    {
        _opened = new UnikernelConsole(events, queue, lifecycle, driver, loggerFactory);
        return _opened.Device;
    }

    /// <summary>Waits until the daemon has what was written, and gives the console back to the layer.</summary>
    public ValueTask CloseAsync(TimeSpan deadline) => _opened?.CloseAsync(deadline) ?? default;

    /// <summary>The same, at once.</summary>
    public void TakeBack() => _opened?.Device.Detach();
}
