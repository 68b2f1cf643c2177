using Xen.Events;
using Xen.Platform;
using Xen.Platform.Abi;
using Xen.Simulation;
using Xen.Simulation.Choices;

namespace Xen.Checks.Events;

/// <summary>Which ABI is used, how many ports it has, and that it hears of ports that were there before it.</summary>
public static class EventAbiChecks
{
    private static readonly int[] TwoLevelCounts = [63, 64, 65, 1024, SharedInfo.EventPorts - 1];

    // On both sides of a page's end, and beyond what the 2-level ABI has.
    private static readonly int[] FifoCounts = [1022, 1023, 1024, 2048, 5000];

    public static void AbiIsDetected(IChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        bool isOffered = choice.Next(2) == 0;
        EventAbi wanted = choice.Next(2) == 0 ? EventAbi.Fifo : EventAbi.TwoLevel;
        EventAbi expected = isOffered ? wanted : EventAbi.TwoLevel;
        SimulationRun.Run(new SimulationOptions { OffersFifoEvents = isOffered, EventAbi = wanted }, async simulation =>
        {
            SimulatedDomain guest = simulation.CreateDomain("guest");
            for (int epoch = 0; epoch < 3; epoch++)
            {
                Expect.Equal(expected, guest.Events.Abi, "ABI");
                Expect.Equal(expected == EventAbi.Fifo, guest.Events.Priority is not null, "priorities are there");
                EventPort port = guest.Events.AllocateUnbound(simulation.Dom0.Id);
                EventStatus status = guest.Events.SetPriority(port, FifoControlBlock.HighestPriority);
                Expect.Equal(expected == EventAbi.Fifo ? EventStatus.Ok : EventStatus.Refused, status, "setting a priority");
                EventPort far = simulation.Dom0.Events.BindInterdomain(guest.Id, port.Value);
                Expect.Equal(EventStatus.Ok, simulation.Dom0.Events.Notify(far), "notify");
                Expect.Equal(1u, await guest.Events.WaitAsync(port, 0), "events");
                simulation.Dom0.Events.Close(far);
                guest.SuspendAndResume();
                Expect.Equal(EventStatus.Stale, guest.Events.SetPriority(port, FifoControlBlock.HighestPriority), "setting an old port's priority");
            }

            Expect.Equal(0, simulation.Leaks().Count, "leaks");
        });
    }

    public static void PortsUpToTheLimitWork(IChoice choice, EventAbi abi)
    {
        ArgumentNullException.ThrowIfNull(choice);
        int[] counts = abi == EventAbi.Fifo ? FifoCounts : TwoLevelCounts;
        int count = counts[choice.Next(counts.Length)];
        SimulationRun.Run(new SimulationOptions { EventAbi = abi }, async simulation =>
        {
            SimulatedDomain guest = simulation.CreateDomain("guest");
            SimulatedDomain peer = simulation.CreateDomain("peer");
            EventPort[] ports = [.. Enumerable.Range(0, count).Select(_ => guest.Events.AllocateUnbound(peer.Id))];
            foreach (EventPort port in new[] { ports[0], ports[count / 2], ports[^2], ports[^1] })
            {
                EventPort far = peer.Events.BindInterdomain(guest.Id, port.Value);
                Expect.Equal(EventStatus.Ok, peer.Events.Notify(far), "notify");
                Expect.Equal(1u, await guest.Events.WaitAsync(port, 0), $"events of {port}");
                peer.Events.Close(far);
            }

            if (count == SharedInfo.EventPorts - 1)
            {
                ExpectNoPortIsFree(guest.Events, peer.Id);
            }

            Array.ForEach(ports, guest.Events.Close);
            Expect.Equal(0, guest.Events.OpenCount, "ports left, as the guest sees it");
            Expect.Equal(0, simulation.Leaks().Count, "ports left, as Xen sees it");
        });
    }

    /// <summary>The toolstack made a port and somebody sent to it before the guest had set up anything, or had taken the port.</summary>
    public static void EarlierPortsAreHeard(IChoice choice, EventAbi abi)
    {
        ArgumentNullException.ThrowIfNull(choice);
        int sentWhen = choice.Next(4);
        bool isScannedBefore = choice.Next(2) == 0;
        SimulationRun.Run(new SimulationOptions { EventAbi = EventAbi.TwoLevel }, async simulation =>
        {
            SimulatedDomain guest = simulation.CreateDomain("guest");
            GuestEventChannels dom0 = simulation.Dom0.Events;
            uint number = AllocateFor(simulation.Dom0, guest.Id);
            EventPort far = dom0.BindInterdomain(guest.Id, number);
            Send(dom0, far, sentWhen == 0);
            var events = new GuestEventChannels(guest.Hypervisor, guest.Scheduler, guest.Lifecycle, abi);
            Expect.Equal(abi, events.Abi, "ABI");
            Send(dom0, far, sentWhen == 1);
            if (isScannedBefore)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1), simulation.TimeProvider);
            }

            EventPort port = events.Adopt(number);
            Send(dom0, far, sentWhen == 2);
            uint seen = 0;
            if (sentWhen < 3)
            {
                seen = await events.WaitAsync(port, seen);
                events.Complete(port, spurious: false);
            }

            Expect.Equal(sentWhen < 3 ? 1u : 0u, seen, "events before the guest waits");
            Send(dom0, far, true);
            Expect.Equal(seen + 1, await events.WaitAsync(port, seen), "events");
            events.Close(port);
            dom0.Close(far);
            Expect.Equal(0, simulation.Leaks().Count, "leaks");
        });
    }

    private static void Send(GuestEventChannels events, EventPort port, bool isNow)
    {
        if (isNow)
        {
            Expect.Equal(EventStatus.Ok, events.Notify(port), "notify");
        }
    }

    private static unsafe uint AllocateFor(SimulatedDomain dom0, DomainId guest)
    {
        var argument = new EvtchnAllocUnbound { Dom = guest.Value, RemoteDom = DomainId.Self.Value };
        Expect.Equal(0, dom0.Hypervisor.EventChannelOp(EventChannelOp.AllocUnbound, &argument), "a port in the guest's name");
        return argument.Port;
    }

    private static void ExpectNoPortIsFree(GuestEventChannels events, DomainId peer)
    {
        try
        {
            events.AllocateUnbound(peer);
        }
        catch (XenException exception) when (exception.ErrorCode == XenErrno.ENOSPC)
        {
            return;
        }

        throw new CheckFailedException("A port beyond the ABI's limit was opened.");
    }
}
