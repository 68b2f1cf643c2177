using Xen.Events;
using Xen.Platform;

namespace Xen.Checks.Net;

/// <summary>A domain's event channels, with something that happens before a call: what a peer on another processor does meanwhile, or a failure.</summary>
internal sealed class InterceptedEvents(IEventChannels events) : IEventChannels
{
    public Action? BeforeNotify { get; init; }

    public Action? BeforeAllocate { get; init; }

    public uint Epoch => events.Epoch;

    public IEventPriority? Priority => events.Priority;

    public EventPort AllocateUnbound(DomainId remote)
    {
        BeforeAllocate?.Invoke();
        return events.AllocateUnbound(remote);
    }

    public EventPort BindInterdomain(DomainId remote, uint remotePort) => events.BindInterdomain(remote, remotePort);

    public EventStatus Notify(EventPort port)
    {
        BeforeNotify?.Invoke();
        return events.Notify(port);
    }

    public ValueTask<uint> WaitAsync(EventPort port, uint lastSeen, CancellationToken cancellationToken = default) =>
        events.WaitAsync(port, lastSeen, cancellationToken);

    public void Complete(EventPort port, bool spurious) => events.Complete(port, spurious);

    public void Close(EventPort port) => events.Close(port);
}
