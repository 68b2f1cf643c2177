using Xen.Events;
using Xen.Simulation;
using Xen.Simulation.Choices;

namespace Xen.Checks.Events;

/// <summary>What event channels are for: whatever is sent is heard, however tasks and deliveries are ordered.</summary>
public static class EventChecks
{
    public static void NoEventIsLostInAnyOrder(IChoice choice, EventAbi abi) =>
        Carry(new SimulationOptions { Choice = choice, EventAbi = abi }, choice, items: 2);

    public static void NoEventIsLostUnderFaults(IChoice choice, EventAbi abi)
    {
        ArgumentNullException.ThrowIfNull(choice);
        var faults = new SimulationFaults { DelayedEventPerMille = choice.Next(500), SpuriousEventPerMille = choice.Next(500) };
        Carry(new SimulationOptions { Choice = choice, EventAbi = abi, Faults = faults }, choice, items: 30);
    }

    // Deadlock is the failure: the consumer waits for an event that was sent and never came.
    private static void Carry(SimulationOptions options, IChoice choice, int items) => SimulationRun.Run(options, async simulation =>
    {
        SimulatedDomain a = simulation.CreateDomain("a");
        SimulatedDomain b = simulation.CreateDomain("b");
        EventPort sender = a.Events.AllocateUnbound(b.Id);
        EventPort receiver = b.Events.BindInterdomain(a.Id, sender.Value);
        var queue = new Counter();
        Task consuming = b.RunAsync(() => ConsumeAsync(b.Events, receiver, queue, items, choice));
        await ProduceAsync(a.Events, sender, queue, items, choice);
        await consuming;
        a.Events.Close(sender);
        b.Events.Close(receiver);
        Expect.Equal(0, simulation.Leaks().Count, "leaks");
    });

    private static async Task ProduceAsync(GuestEventChannels events, EventPort port, Counter queue, int items, IChoice choice)
    {
        for (int i = 0; i < items; i++)
        {
            queue.Value++;
            Expect.Equal(EventStatus.Ok, events.Notify(port), "notify");
            if (choice.Next(2) == 0)
            {
                await Task.Yield();
            }
        }
    }

    private static async Task ConsumeAsync(GuestEventChannels events, EventPort port, Counter queue, int items, IChoice choice)
    {
        uint seen = 0;
        int taken = 0;
        while (taken < items)
        {
            seen = await events.WaitAsync(port, seen);
            int before = taken;
            taken = queue.Value;
            if (choice.Next(2) == 0)
            {
                await Task.Yield();
            }

            events.Complete(port, spurious: taken == before);
        }
    }

    private sealed class Counter
    {
        public int Value { get; set; }
    }
}
