using Xen.Events;
using Xen.Platform;
using Xen.Platform.Abi;
using Xen.Simulation;
using Xen.Simulation.Choices;

namespace Xen.Checks.Events;

/// <summary>Ports come and go, belong to one domain, and to one epoch.</summary>
public static class EventPortChecks
{
    private const int Steps = 60;

    public static void NoPortIsLeft(IChoice choice, EventAbi abi)
    {
        ArgumentNullException.ThrowIfNull(choice);
        SimulationRun.Run(new SimulationOptions { Choice = choice, EventAbi = abi }, async simulation =>
        {
            SimulatedDomain[] domains = [simulation.CreateDomain("a"), simulation.CreateDomain("b")];
            var open = new List<(SimulatedDomain Owner, EventPort Port)>();
            var waits = new List<Task>();
            for (int step = 0; step < Steps; step++)
            {
                Step(choice, domains, open, waits);
                if (choice.Next(3) == 0)
                {
                    await Task.Yield();
                }
            }

            foreach ((SimulatedDomain owner, EventPort port) in open)
            {
                owner.Events.Close(port);
            }

            await Task.WhenAll(waits);
            Expect.Equal(0, simulation.Leaks().Count, "ports left, as Xen sees it");
            Expect.Equal(0, domains[0].Events.OpenCount + domains[1].Events.OpenCount, "ports left, as the guests see it");
        });
    }

    public static void OldPortsAreStale(IChoice choice, EventAbi abi)
    {
        ArgumentNullException.ThrowIfNull(choice);
        SimulationRun.Run(new SimulationOptions { Choice = choice, EventAbi = abi }, async simulation =>
        {
            SimulatedDomain guest = simulation.CreateDomain("guest");
            EventPort old = guest.Events.AllocateUnbound(simulation.Dom0.Id);
            Task wait = EndsWithCloseAsync(guest.Events, old);
            guest.SuspendAndResume();
            await wait;
            EventPort young = guest.Events.AllocateUnbound(simulation.Dom0.Id);
            EventPort far = simulation.Dom0.Events.BindInterdomain(guest.Id, young.Value);
            Expect.Equal(young.Value, old.Value, "number of the new port");
            Expect.Equal(EventStatus.Stale, guest.Events.Notify(old), "notify on the old port");
            guest.Events.Complete(old, spurious: true);
            guest.Events.Close(old);
            Expect.Equal(EventStatus.Ok, guest.Events.Notify(young), "notify on the new port");
            await EndsWithCloseAsync(guest.Events, old);
            guest.Events.Close(young);
            simulation.Dom0.Events.Close(far);
            Expect.Equal(0, simulation.Leaks().Count, "leaks");
        });
    }

    public static void OthersArePrivate(IChoice choice, EventAbi abi)
    {
        ArgumentNullException.ThrowIfNull(choice);
        SimulationRun.Run(new SimulationOptions { Choice = choice, EventAbi = abi }, async simulation =>
        {
            SimulatedDomain a = simulation.CreateDomain("a");
            SimulatedDomain b = simulation.CreateDomain("b");
            SimulatedDomain hostile = simulation.CreateDomain("hostile");
            EventPort forB = a.Events.AllocateUnbound(b.Id);
            for (int step = 0; step < Steps; step++)
            {
                Attack(choice, hostile.Hypervisor, choice.Next(2) == 0 ? a.Id : b.Id);
            }

            EventPort near = b.Events.BindInterdomain(a.Id, forB.Value);
            uint seen = await b.Events.WaitAsync(near, 0);
            b.Events.Complete(near, spurious: false);
            Expect.Equal(1u, seen, "events before the first was sent");
            for (int step = 0; step < Steps; step++)
            {
                Attack(choice, hostile.Hypervisor, choice.Next(2) == 0 ? a.Id : b.Id);
            }

            Expect.Equal(EventStatus.Ok, a.Events.Notify(forB), "notify");
            Expect.Equal(2u, await b.Events.WaitAsync(near, seen), "events after the first was sent");
            Expect.Equal(EventStatus.Closed, a.Events.Notify(new EventPort(0, a.Events.Epoch)), "notify on port 0");
        });
    }

    private static void Step(IChoice choice, SimulatedDomain[] domains, List<(SimulatedDomain Owner, EventPort Port)> open, List<Task> waits)
    {
        int who = choice.Next(2);
        SimulatedDomain domain = domains[who];
        SimulatedDomain other = domains[1 - who];
        switch (choice.Next(4))
        {
            case 0:
                open.Add((domain, domain.Events.AllocateUnbound(other.Id)));
                break;
            case 1:
                int unbound = open.FindIndex(entry => entry.Owner == other && IsUnbound(entry.Owner, entry.Port));
                if (unbound >= 0)
                {
                    open.Add((domain, domain.Events.BindInterdomain(other.Id, open[unbound].Port.Value)));
                    waits.Add(EndsWithCloseAsync(domain.Events, open[^1].Port));
                }

                break;
            case 2 when open.Count > 0:
                (SimulatedDomain sender, EventPort port) = open[choice.Next(open.Count)];
                Expect.Equal(EventStatus.Ok, sender.Events.Notify(port), "notify");
                break;
            case 3 when open.Count > 0:
                int index = choice.Next(open.Count);
                open[index].Owner.Events.Close(open[index].Port);
                open[index].Owner.Events.Close(open[index].Port);
                open.RemoveAt(index);
                break;
        }
    }

    private static async Task EndsWithCloseAsync(GuestEventChannels events, EventPort port)
    {
        try
        {
            for (uint seen = 0; ;)
            {
                seen = await events.WaitAsync(port, seen);
                events.Complete(port, spurious: false);
            }
        }
        catch (ObjectDisposedException)
        {
        }
    }

    private static unsafe bool IsUnbound(SimulatedDomain domain, EventPort port)
    {
        var status = new EvtchnStatus { Dom = DomainId.Self.Value, Port = port.Value };
        Expect.Equal(0, domain.Hypervisor.EventChannelOp(EventChannelOp.Status, &status), "status");
        return status.Status == EvtchnState.Unbound;
    }

    private static unsafe void Attack(IChoice choice, IHypervisor hypervisor, DomainId target)
    {
        uint port = (uint)choice.Next(6);
        switch (choice.Next(5))
        {
            case 0:
                var bind = new EvtchnBindInterdomain { RemoteDom = target.Value, RemotePort = port };
                Expect.That(hypervisor.EventChannelOp(EventChannelOp.BindInterdomain, &bind) < 0, $"A third domain bound to port {port} of {target}.");
                break;
            case 1:
                var send = new EvtchnPort { Port = port };
                hypervisor.EventChannelOp(EventChannelOp.Send, &send);
                break;
            case 2:
                var close = new EvtchnPort { Port = port };
                hypervisor.EventChannelOp(EventChannelOp.Close, &close);
                break;
            case 3:
                var allocate = new EvtchnAllocUnbound { Dom = target.Value, RemoteDom = DomainId.Self.Value };
                Expect.Equal(-(int)XenErrno.EPERM, hypervisor.EventChannelOp(EventChannelOp.AllocUnbound, &allocate), "a port in another's name");
                break;
            case 4:
                var reset = new EvtchnReset { Dom = target.Value };
                Expect.Equal(-(int)XenErrno.EPERM, hypervisor.EventChannelOp(EventChannelOp.Reset, &reset), "a reset in another's name");
                break;
        }
    }
}
