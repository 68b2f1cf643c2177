using Xen.Blkfront;
using Xen.Devices;
using Xen.Netfront;
using Xen.Store;

namespace Xen.Hosting;

public sealed partial class Guest
{
    /// <summary>The guest's devices, as xenstore lists them: now, and as they come and go.</summary>
    public XenDevices Devices => field ??= new XenDevices(Ports);

    /// <summary>Opens a disk. The guest closes it at the end, or earlier by <see cref="CloseAsync(IAsyncDisposable)"/>.</summary>
    /// <param name="selector">Its name (<c>xvda</c>), its number (<c>51712</c>), its slot (<c>#0</c>), or what it serves.</param>
    /// <param name="cancellationToken">Ends the wait for the back end.</param>
    /// <exception cref="Platform.XenException">There is no such disk, or no back end answered.</exception>
    /// <exception cref="Store.XenProtocolException">What the back end wrote is not what the protocol allows.</exception>
    public async Task<IBlockDevice> OpenBlockAsync(string selector, CancellationToken cancellationToken = default) =>
        Own(await BlkfrontDevice.OpenAsync(Ports, await ClaimAsync("vbd", selector, cancellationToken), cancellationToken: cancellationToken));

    /// <summary>Opens a network interface. The guest closes it at the end, or earlier by <see cref="CloseAsync(IAsyncDisposable)"/>.</summary>
    /// <param name="selector">Its number (<c>0</c>) or its slot (<c>#0</c>).</param>
    /// <param name="cancellationToken">Ends the wait for the back end.</param>
    /// <exception cref="Platform.XenException">There is no such interface, or no back end answered.</exception>
    /// <exception cref="Store.XenProtocolException">What the back end wrote is not what the protocol allows.</exception>
    public async Task<INetworkDevice> OpenNetworkAsync(string selector, CancellationToken cancellationToken = default) =>
        Own(await NetfrontDevice.OpenAsync(Ports, await ClaimAsync("vif", selector, cancellationToken), cancellationToken: cancellationToken));

    private async Task<string> ClaimAsync(string type, string selector, CancellationToken cancellationToken)
    {
        XenbusContext context = await Devices.OpenAsync(type, selector, cancellationToken);
        await _claim(context.Path, cancellationToken);
        return context.Path;
    }
}
