using Xen.Events;
using Xen.Linux;
using Xen.Platform;

namespace Xen.Lab;

/// <summary>Event channels of the real Xen, both ends in this domain.</summary>
internal static class EventChecks
{
    internal static readonly Lab.Check[] All =
    [
        new("events-loopback", LoopBackAsync),
        new("events-late-eoi", LateEoiAsync),
        new("events-back-off", BackOffAsync),
        new("events-close", CloseAsync),
        new("events-refused", RefusedAsync),
    ];

    private const int RoundTrips = 1000;

    internal static (EventPort Server, EventPort Client) Pair(LinuxGuest guest)
    {
        EventPort server = guest.Events.AllocateUnbound(guest.DomainId);
        EventPort client = guest.Events.BindInterdomain(guest.DomainId, server.Value);
        return (server, client);
    }

    private static async Task<string> LoopBackAsync(LinuxGuest guest)
    {
        (EventPort server, EventPort client) = Pair(guest);
        uint seenByClient = await SettleAsync(guest, client);
        uint seenByServer = await SettleAsync(guest, server);
        for (int i = 0; i < RoundTrips; i++)
        {
            Lab.Equal(EventStatus.Ok, guest.Events.Notify(client), "notify from the client");
            seenByServer = await guest.Events.WaitAsync(server, seenByServer);
            guest.Events.Complete(server, spurious: false);
            Lab.Equal(EventStatus.Ok, guest.Events.Notify(server), "notify from the server");
            seenByClient = await guest.Events.WaitAsync(client, seenByClient);
            guest.Events.Complete(client, spurious: false);
        }

        guest.Events.Close(client);
        guest.Events.Close(server);
        return $"{RoundTrips} round trips over {client} and {server}";
    }

    // The port stays masked from the event to Complete: a storm is one wake-up, and what came meanwhile is one more (XSA-331).
    private static async Task<string> LateEoiAsync(LinuxGuest guest)
    {
        (EventPort server, EventPort client) = Pair(guest);
        uint seen = await SettleAsync(guest, server);
        uint before = seen;
        for (int i = 0; i < 100; i++)
        {
            guest.Events.Notify(client);
            await PauseAsync(guest, 1);
        }

        seen = await guest.Events.WaitAsync(server, seen);
        Lab.Equal(before + 1, seen, "events that reached the port while it was not completed");
        guest.Events.Complete(server, spurious: false);
        seen = await guest.Events.WaitAsync(server, seen);
        Lab.Equal(before + 2, seen, "events after it was completed");
        guest.Events.Complete(server, spurious: false);
        guest.Events.Close(server);
        guest.Events.Close(client);
        return "100 notifications while masked are one event afterwards";
    }

    // R9: a peer whose events bring no work is heard ever more seldom.
    private static async Task<string> BackOffAsync(LinuxGuest guest)
    {
        (EventPort server, EventPort client) = Pair(guest);
        uint first = await SettleAsync(guest, server);
        uint seen = first;
        int notifications = 0;
        using var window = new CancellationTokenSource(TimeSpan.FromMilliseconds(500), guest.Scheduler.TimeProvider);
        while (!window.IsCancellationRequested)
        {
            guest.Events.Notify(client);
            notifications++;
            await PauseAsync(guest, 1);
            seen = await TakeAsync(guest, server, seen, spurious: true);
        }

        uint wakeUps = seen - first;
        guest.Events.Close(server);
        guest.Events.Close(client);
        Lab.Expect(wakeUps is >= 2 and <= 12, $"2 to 12 wake-ups in half a second, found {wakeUps}");
        return $"{notifications} events without work cost {wakeUps} wake-ups";
    }

    private static async Task<string> CloseAsync(LinuxGuest guest)
    {
        (EventPort server, EventPort client) = Pair(guest);
        uint seen = await SettleAsync(guest, server);
        Task<uint> wait = guest.Events.WaitAsync(server, seen).AsTask();
        guest.Events.Close(server);
        await Lab.ThrowsAsync<ObjectDisposedException>(() => wait, "the wait on a port that is closed");
        guest.Events.Close(server);
        Lab.Equal(EventStatus.Closed, guest.Events.Notify(server), "notify on a closed port");
        Lab.Equal(EventStatus.Ok, guest.Events.Notify(client), "notify to a closed peer, which Xen drops");
        guest.Events.Close(client);
        return "the waiter ends, closing twice does nothing";
    }

    private static async Task<string> RefusedAsync(LinuxGuest guest)
    {
        XenException badPort = await Lab.ThrowsAsync<XenException>(
            () => Task.FromResult(guest.Events.BindInterdomain(guest.DomainId, 4000)), "binding to a port that nobody allocated");
        Lab.Equal(XenErrno.EINVAL, badPort.ErrorCode, "the error for a port that nobody allocated");
        XenException badDomain = await Lab.ThrowsAsync<XenException>(
            () => Task.FromResult(guest.Events.BindInterdomain(new DomainId(30000), 1)), "binding to a domain that is not there");
        Lab.Equal(XenErrno.ESRCH, badDomain.ErrorCode, "the error for a domain that is not there");
        return badPort.Message;
    }

    /// <summary>Takes the event that binding raises, if it comes, and leaves the port open for more.</summary>
    private static async Task<uint> SettleAsync(LinuxGuest guest, EventPort port)
    {
        await PauseAsync(guest, 20);
        return await TakeAsync(guest, port, 0, spurious: false);
    }

    /// <summary>Completes an event if one has arrived. Returns the count that was seen last.</summary>
    private static async Task<uint> TakeAsync(LinuxGuest guest, EventPort port, uint seen, bool spurious)
    {
        using var none = new CancellationTokenSource();
        Task<uint> wait = guest.Events.WaitAsync(port, seen, none.Token).AsTask();
        if (!wait.IsCompleted)
        {
            none.Cancel();
            await Lab.ThrowsAsync<OperationCanceledException>(() => wait, "a wait without an event");
            return seen;
        }

        guest.Events.Complete(port, spurious);
        return await wait;
    }

    private static Task PauseAsync(LinuxGuest guest, int milliseconds) =>
        Task.Delay(TimeSpan.FromMilliseconds(milliseconds), guest.Scheduler.TimeProvider);
}
