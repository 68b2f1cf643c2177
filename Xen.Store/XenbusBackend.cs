using System.Text;
using Xen.Rings;

namespace Xen.Store;

/// <summary>Serves a back end: one connection after another.</summary>
public static class XenbusBackend
{
    /// <summary>
    /// Serves one device until the toolstack takes it away: connects whenever its front end is there, and again after each connection that ended.
    /// </summary>
    /// <param name="ports">What the guest's drivers share.</param>
    /// <param name="path">The back end's node.</param>
    /// <param name="rules">The kind of device.</param>
    /// <param name="makeDriver">Makes the driver of one connection.</param>
    /// <param name="timeouts">How long to wait; <see cref="XenbusTimeouts.Default"/> when left out.</param>
    /// <param name="cancellationToken">Closes the present connection; then the method returns.</param>
    /// <returns>How the last connection ended.</returns>
    /// <exception cref="XenProtocolException">The node does not name a front end.</exception>
    public static async Task<XenbusEnd> ServeAsync(
        XenbusPorts ports,
        string path,
        XenbusRules rules,
        Func<XenbusContext, IXenbusDriver> makeDriver,
        XenbusTimeouts? timeouts = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ports);
        ArgumentNullException.ThrowIfNull(makeDriver);
        var end = new XenbusEnd(XenbusEndReason.Requested, null);
        while (!cancellationToken.IsCancellationRequested)
        {
            XenbusContext? context = await XenbusContext.TryReadBackendAsync(ports, path, CancellationToken.None);
            if (context is null)
            {
                return new XenbusEnd(XenbusEndReason.Removed, null);
            }

            var connection = XenbusConnection.Start(context, rules, makeDriver(context), timeouts);
            end = await ServeOnceAsync(connection, cancellationToken);
            if (!end.CanReconnect || !await IsOnlineAsync(context))
            {
                break;
            }

            if (end.Reason == XenbusEndReason.Failed && !connection.HasPeerBegun)
            {
                await WaitForFrontendToLeaveAsync(context, cancellationToken);
            }
        }

        return end;
    }

    // A front end that has been at its beginning all the time would meet the same failure at once, and again without end: it has to give up first.
    private static async ValueTask WaitForFrontendToLeaveAsync(XenbusContext context, CancellationToken cancellationToken)
    {
        try
        {
            await context.Store.WaitForAsync(context.PeerKey("state"), static state => !IsBeginning(state), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The end of serving.
        }
    }

    private static bool IsBeginning(string? state) =>
        state is not null && XenbusStateText.Parse(Encoding.ASCII.GetBytes(state)) == XenbusState.Initialising;

    private static async ValueTask<XenbusEnd> ServeOnceAsync(XenbusConnection connection, CancellationToken cancellationToken)
    {
        await using CancellationTokenRegistration closing = cancellationToken.UnsafeRegister(
            static state => CloseSoon((XenbusConnection)state!), connection);
        return await connection.Completion;
    }

    // A token can be cancelled on any thread.
    private static void CloseSoon(XenbusConnection connection) =>
        connection.Context.Scheduler.Schedule(static state => ((XenbusConnection)state!).CloseAsync(), connection);

    // Anything but a clear no is a yes: not every toolstack writes the key.
    private static async ValueTask<bool> IsOnlineAsync(XenbusContext context) =>
        !StoreNumber.TryParseSwitch(await context.Store.TryReadAsync(context.Key("online")), out bool isOnline) || isOnline;
}
