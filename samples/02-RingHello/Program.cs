// Both ends of one ring: two domains, one granted page, one event channel. The front asks for squares, the back answers.
using Xen.Events;
using Xen.Grants;
using Xen.Platform;
using Xen.Rings;
using Xen.Simulation;

using var simulation = new Simulation();
SimulatedDomain front = simulation.CreateDomain("front"), back = simulation.CreateDomain("back");
simulation.Run(async () =>
{
    GrantedPages page = front.Grants.Allocate(back.Id, 1, GrantAccess.ReadWrite);
    EventPort port = front.Events.AllocateUnbound(back.Id);
    Task answering = AnswerAsync(back, front.Id, page.Refs[0], port.Value, questions: 3);
    FrontRing<uint, ulong, DirectMemory> ring = Ring.Front(page);
    uint seen = 0;
    for (uint number = 1; number <= 3; number++)
    {
        ring.TryWrite(number);
        _ = ring.Push() ? front.Events.Notify(port) : default;
        ulong square;
        while (!ring.TryRead(out square))
        {
            if (!ring.FinalCheck())
            {
                seen = await front.Events.WaitAsync(port, seen);
                front.Events.Complete(port, spurious: false);
            }
        }

        Console.WriteLine($"{front.Name} asked {back.Name} for the square of {number} and got {square}.");
    }

    await answering;
    front.Events.Close(port);
    Console.WriteLine($"The page is {front.Grants.Revoke(page)}. Leaks: {simulation.Leaks().Count}. Trace: {simulation.TraceHash:x16}.");
});

static async Task AnswerAsync(SimulatedDomain back, DomainId peer, GrantRef reference, uint peerPort, int questions)
{
    using MappedGrants page = back.Grants.Map(peer, [reference], GrantAccess.ReadWrite);
    EventPort port = back.Events.BindInterdomain(peer, peerPort);
    BackRing<uint, ulong, DirectMemory> ring = Ring.Back(page);
    uint seen = 0;
    while (questions > 0)
    {
        if (ring.TryRead(out uint number))
        {
            ring.TryWrite((ulong)number * number);
            _ = ring.Push() ? back.Events.Notify(port) : default;
            questions--;
        }
        else if (!ring.FinalCheck())
        {
            seen = await back.Events.WaitAsync(port, seen);
            back.Events.Complete(port, spurious: false);
        }
    }

    back.Events.Close(port);
}
