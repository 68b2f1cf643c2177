using Xen.Events;
using Xen.Rings;

namespace Xen.Console;

/// <summary>One ring with its port, from when it was taken to when it was given away. The console above outlives it.</summary>
internal sealed class ConsoleConnection(ConsoleEnd owner, ConsoleProtocol<DirectMemory> protocol, EventPort port, IEventChannels events) : IDisposable
{
    private readonly CancellationTokenSource _lifetime = new();
    private bool _isClosed;

    public ConsoleProtocol<DirectMemory> Protocol => protocol;

    /// <summary>Ends when nobody waits on the port any more.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>The first turn: what waits on either side is moved without an event.</summary>
    public void Start()
    {
        owner.OnTurn(protocol);
        Completion = FollowEventsAsync();
    }

    public void NotifyIfDue()
    {
        if (protocol.PollNotify())
        {
            owner.Counters.NotificationsSent++;
            events.Notify(port);
        }
    }

    /// <summary>Touches page and port no more, from this call on; only <see cref="Completion"/> comes later.</summary>
    public void Dispose()
    {
        _isClosed = true;
        _lifetime.Cancel();
        _lifetime.Dispose();
    }

    private async Task FollowEventsAsync()
    {
        uint seen = 0;
        CancellationToken ended = _isClosed ? new CancellationToken(canceled: true) : _lifetime.Token;
        try
        {
            while (!_isClosed)
            {
                seen = await events.WaitAsync(port, seen, ended);
                if (!_isClosed)
                {
                    HandleEvent();
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            if (!_isClosed)
            {
                owner.OnPortClosed(this);
            }
        }
    }

    private void HandleEvent()
    {
        owner.OnTurn(protocol);
        bool hasWork = protocol.HandleEvent();
        owner.OnLooked(protocol);
        owner.Counters.NotificationsReceived++;
        owner.Counters.SpuriousNotifications += hasWork ? 0 : 1;
        if (!_isClosed)
        {
            events.Complete(port, spurious: !hasWork);
        }
    }
}
