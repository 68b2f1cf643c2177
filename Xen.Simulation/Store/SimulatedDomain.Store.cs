using Microsoft.Extensions.Logging;
using Xen.Events;
using Xen.Platform;
using Xen.Platform.Abi;
using Xen.Store;

namespace Xen.Simulation;

/// <summary>The domain's xenstore: over the shared page and its event channel, as on real Xen; domain 0 sits beside the daemon.</summary>
public sealed partial class SimulatedDomain
{
    // Domain 0 only: the ports on which the daemon hears the other domains.
    private readonly Dictionary<DomainId, EventPort> _storePorts = [];
    private XenStoreClient? _store;
    private XenbusPorts? _ports;

    /// <summary>The domain's xenstore.</summary>
    public XenStoreClient Store => _store ??= ConnectStore();

    /// <summary>What the domain's drivers share.</summary>
    public XenbusPorts Ports => _ports ??= new XenbusPorts(Store, Events, Grants, Scheduler, LoggerFactory);

    /// <summary>The page that the domain shares with the daemon, for a test that plays a hostile one; null before <see cref="Store"/> was used, and in domain 0.</summary>
    public unsafe byte* StorePage { get; private set; }

    /// <summary>Asks the domain to end, as <c>xl shutdown</c> and <c>xl reboot</c> do: domain 0 writes the word into its <c>control/shutdown</c>.</summary>
    /// <param name="request"><c>poweroff</c>, <c>reboot</c>, <c>halt</c>, or whatever a test wants the domain to read.</param>
    /// <param name="cancellationToken">Ends the wait for the daemon.</param>
    public ValueTask RequestShutdownAsync(string request, CancellationToken cancellationToken = default) =>
        _simulation.Store.WriteAsync($"/local/domain/{Id.Value}/control/shutdown", request, cancellationToken);

    private ILoggerFactory LoggerFactory => _simulation.Options.LoggerFactory;

    private XenStoreClient ConnectStore()
    {
        IStoreTransport transport = this == _simulation.Dom0
            ? new DirectStoreTransport(_simulation.Xenstored, Id, Scheduler)
            : ConnectRing();
        return new XenStoreClient(transport, Scheduler, LoggerFactory);
    }

    // What a toolstack does for a new domain: a page, a port, and both in the HVM parameters.
    private unsafe RingStoreTransport ConnectRing()
    {
        byte* page = _hypervisor.AllocateFrames(1);
        if (page is null || !_hypervisor.TryFrameOf(page, out ulong frame))
        {
            throw new XenException(XenErrno.ENOMEM, $"xenstore page of {this}", "the domain has no free frame");
        }

        var unbound = new EvtchnAllocUnbound { Dom = _domain.Id, RemoteDom = _simulation.Dom0.Id.Value };
        int error = _simulation.Dom0.Hypervisor.EventChannelOp(EventChannelOp.AllocUnbound, &unbound);
        if (error < 0)
        {
            throw new XenException((XenErrno)(-error), $"EVTCHNOP_alloc_unbound({this}, dom0)");
        }

        StorePage = page;
        _domain.HvmParams[HvmParam.StorePfn] = frame;
        _domain.HvmParams[HvmParam.StoreEvtchn] = unbound.Port;
        _simulation.Dom0.ServeStore(Id, page, unbound.Port);
        return new RingStoreTransport(page, Events.Adopt(unbound.Port), Events, Scheduler);
    }

    // Domain 0's half: the daemon's end of the page and of the event channel.
    private unsafe void ServeStore(DomainId domain, byte* page, uint remotePort)
    {
        EventPort port = Events.BindInterdomain(domain, remotePort);
        _storePorts.Add(domain, port);
        XenstoredClient client = _simulation.Xenstored.Connect(domain);
        var ring = new XenstoredRing(_simulation.Xenstored, client, page, () => Events.Notify(port));
        _scheduler.Schedule(_ => _ = FollowAsync(ring, client, port), null);
    }

    // What the daemon does when a domain has died: the connection ends, with its watches and transactions, and its port closes.
    private void ReleaseStore(DomainId domain)
    {
        _simulation.Xenstored.Release(domain);
        if (_storePorts.Remove(domain, out EventPort port))
        {
            Events.Close(port);
        }
    }

    private async Task FollowAsync(XenstoredRing ring, XenstoredClient client, EventPort port)
    {
        try
        {
            uint seen = 0;
            while (!client.IsClosed)
            {
                seen = await Events.WaitAsync(port, seen);
                ring.HandleEvent();
                Events.Complete(port, spurious: false);
            }

            Events.Close(port);
        }
        catch (ObjectDisposedException)
        {
            // The domain has died and ReleaseStore has closed the port.
        }
    }
}
