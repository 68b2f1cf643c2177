using Xen.Events;
using Xen.Platform;
using Xen.Platform.Abi;
using Xen.Simulation;
using Xen.Simulation.Choices;

namespace Xen.Checks.Events;

/// <summary>What FIFO event channels promise beyond what the 2-level ones do.</summary>
public static class FifoChecks
{
    private const int Ports = 20;
    private const int Steps = 300;

    public static void QueuedNumbersStayAway(IChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        SimulationRun.Run(new SimulationOptions { Choice = choice, EventAbi = EventAbi.Fifo }, async simulation =>
        {
            SimulatedDomain guest = simulation.CreateDomain("guest");
            SimulatedDomain peer = simulation.CreateDomain("peer");
            EventPort[] near = [.. Enumerable.Range(0, 1 + choice.Next(5)).Select(_ => guest.Events.AllocateUnbound(peer.Id))];
            EventPort[] far = [.. near.Select(port => peer.Events.BindInterdomain(guest.Id, port.Value))];
            Array.ForEach(far, port => peer.Events.Notify(port));
            EventPort closed = near[choice.Next(near.Length)];
            guest.Events.Close(closed);
            EventPort other = guest.Events.AllocateUnbound(peer.Id);
            Expect.That(other.Value != closed.Value, $"{closed} was given away while it was in a queue.");

            await Task.Delay(TimeSpan.FromMilliseconds(1), simulation.TimeProvider);
            EventPort young = guest.Events.AllocateUnbound(peer.Id);
            Expect.Equal(closed.Value, young.Value, "number of a port that is opened when the old one has left its queue");
            Task<uint> wait = guest.Events.WaitAsync(young, 0).AsTask();
            await Task.Delay(TimeSpan.FromMilliseconds(1), simulation.TimeProvider);
            Expect.That(!wait.IsCompleted, $"{young} got an event of the port that had its number before.");
            foreach (EventPort port in near)
            {
                uint expected = port == closed ? 0u : 1u;
                Expect.That(port == closed || await guest.Events.WaitAsync(port, 0) == expected, $"{port} lost its event.");
            }

            Expect.Equal(0L, guest.Events.DroppedQueues, "queues given up");
        });
    }

    /// <summary>The guest's queues and the machine, without anything between them, against a model of lists.</summary>
    public static void OrderIsKept(IChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        SimulationRun.Run(new SimulationOptions { Choice = choice, EventAbi = EventAbi.TwoLevel }, simulation =>
        {
            SimulatedDomain guest = simulation.CreateDomain("guest");
            SimulatedDomain peer = simulation.CreateDomain("peer");
            FifoAbi abi = SetUp(guest.Hypervisor);
            var model = new FifoModel();
            var taken = new TakenPorts();
            var far = new Dictionary<uint, EventPort>();
            for (int i = 0; i < Ports; i++)
            {
                uint port = Open(guest.Hypervisor, abi, peer.Id);
                far.Add(port, peer.Events.BindInterdomain(guest.Id, port));
                model.Open(port);
            }

            for (int step = 0; step < Steps; step++)
            {
                uint port = 1 + (uint)choice.Next(Ports);
                Step(choice, guest.Hypervisor, abi, model, port, () => peer.Events.Notify(far[port]));
                if (choice.Next(8) == 0)
                {
                    abi.Scan(taken);
                    ExpectSame(model.Scan(), taken.Drain());
                }
            }

            Expect.Equal(0L, abi.DroppedQueues, "queues given up");
            return Task.CompletedTask;
        });
    }

    /// <summary>What becomes ready while a long queue is taken goes before the rest of it, when its priority is higher.</summary>
    public static void HigherPriorityGoesFirst(IChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        SimulationRun.Run(new SimulationOptions { Choice = choice, EventAbi = EventAbi.TwoLevel }, simulation =>
        {
            SimulatedDomain guest = simulation.CreateDomain("guest");
            SimulatedDomain peer = simulation.CreateDomain("peer");
            FifoAbi abi = SetUp(guest.Hypervisor);
            uint[] ports = [.. Enumerable.Range(0, Ports).Select(_ => Open(guest.Hypervisor, abi, peer.Id))];
            EventPort[] far = [.. ports.Select(port => peer.Events.BindInterdomain(guest.Id, port))];
            SetPriority(guest.Hypervisor, ports[0], choice.Next(FifoControlBlock.DefaultPriority));
            abi.Scan(new TakenPorts());
            Array.ForEach(ports, abi.Unmask);
            Array.ForEach(far[1..], port => peer.Events.Notify(port));
            int after = 1 + choice.Next(Ports - 2);
            var taken = new TakenPorts { Each = count => Expect.That(count != after || peer.Events.Notify(far[0]) == EventStatus.Ok, "notify") };
            abi.Scan(taken);
            ExpectSame([.. ports[1..(after + 1)], ports[0], .. ports[(after + 1)..]], taken.Drain());
            return Task.CompletedTask;
        });
    }

    private static void Step(IChoice choice, IHypervisor hypervisor, FifoAbi abi, FifoModel model, uint port, Action send)
    {
        switch (choice.Next(6))
        {
            case 0:
                abi.Mask(port);
                model.Mask(port);
                break;
            case 1 or 2:
                abi.Unmask(port);
                model.Unmask(port);
                break;
            case 3:
                int priority = choice.Next(3) * 7;
                SetPriority(hypervisor, port, priority);
                model.SetPriority(port, priority);
                break;
            default:
                send();
                model.Send(port);
                break;
        }
    }

    private static unsafe FifoAbi SetUp(IHypervisor hypervisor)
    {
        var abi = new FifoAbi(hypervisor, hypervisor.PlaceSharedInfo());
        Expect.That(abi.TrySetUp(), "Xen has no FIFO event channels.");
        hypervisor.SetUpcall(() => { });
        return abi;
    }

    private static unsafe uint Open(IHypervisor hypervisor, FifoAbi abi, DomainId peer)
    {
        var argument = new EvtchnAllocUnbound { Dom = DomainId.Self.Value, RemoteDom = peer.Value };
        Expect.Equal(0, hypervisor.EventChannelOp(EventChannelOp.AllocUnbound, &argument), "alloc_unbound");
        abi.Prepare(argument.Port);
        abi.Unmask(argument.Port);
        return argument.Port;
    }

    private static unsafe void SetPriority(IHypervisor hypervisor, uint port, int priority)
    {
        var argument = new EvtchnSetPriority { Port = port, Priority = (uint)priority };
        Expect.Equal(0, hypervisor.EventChannelOp(EventChannelOp.SetPriority, &argument), "set_priority");
    }

    private static void ExpectSame(uint[] expected, uint[] actual) => Expect.That(
        expected.SequenceEqual(actual), $"Events in the order [{string.Join(", ", actual)}], expected [{string.Join(", ", expected)}].");
}
