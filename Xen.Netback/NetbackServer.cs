using Xen.Store;

namespace Xen.Netback;

/// <summary>Serves network back ends.</summary>
public static class NetbackServer
{
    /// <summary>Serves one device, connection after connection, until the toolstack takes it away or the token is cancelled.</summary>
    /// <param name="ports">What the guest's drivers share.</param>
    /// <param name="path">The back end's node: <c>backend/vif/5/0</c>, or whatever type the toolstack gives its back ends.</param>
    /// <param name="options">How; <see cref="NetbackOptions.Default"/> when left out.</param>
    /// <param name="serve">
    /// What stands behind the interface while it is connected: <c>(device, token) => new LoopbackResponder(device, …).RunAsync(token)</c>.
    /// When it throws, the connection ends.
    /// </param>
    /// <param name="timeouts">How long to wait for the front end when closing.</param>
    /// <param name="cancellationToken">Closes the present connection; then the method returns.</param>
    /// <returns>How the last connection ended.</returns>
    /// <exception cref="ArgumentOutOfRangeException">One of the options is not what it can be.</exception>
    public static Task<XenbusEnd> ServeAsync(
        XenbusPorts ports,
        string path,
        NetbackOptions? options,
        Func<NetbackDevice, CancellationToken, Task> serve,
        XenbusTimeouts? timeouts = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(serve);
        options ??= NetbackOptions.Default;
        options.Check();
        return XenbusBackend.ServeAsync(
            ports, path, XenbusRules.NetworkBackend, context => new NetbackConnection(context, options, serve), timeouts, cancellationToken);
    }
}
