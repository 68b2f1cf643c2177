using Xen.Events;
using Xen.Platform;

namespace Xen.Simulation;

/// <summary>An end's event port, and how many of its events this end has handled.</summary>
internal sealed class RingBell(IEventChannels events, EventPort port)
{
    private uint _seen;

    public void Ring() => _ = events.Notify(port);

    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        _seen = await events.WaitAsync(port, _seen, cancellationToken);
        events.Complete(port, spurious: false);
    }

    public void Close() => events.Close(port);

    public static XenException Broken(string peer, object state) =>
        new(XenErrno.EIO, "read the ring", $"the {peer} broke the protocol, expected indices that the ring explains: {state}");
}
