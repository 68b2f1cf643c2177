// Both ends of one ring: two domains, one granted page, one event channel. The front asks for squares, the back answers.
using Xen.Simulation;

using var simulation = new Simulation();
SimulatedDomain front = simulation.CreateDomain("front"), back = simulation.CreateDomain("back");
simulation.Run(async () =>
{
    using var ring = new SimulatedRing<uint, ulong>(front, back);
    Task answering = AnswerAsync(ring.Back, questions: 3);
    for (uint number = 1; number <= 3; number++)
    {
        ring.Front.Ring.TryWrite(number);
        ring.Front.Push();
        Console.WriteLine($"{front.Name} asked {back.Name} for the square of {number} and got {await ring.Front.ReadAsync()}.");
    }

    await answering;
    Console.WriteLine(ring.Front.Ring.Snapshot());
});
Console.WriteLine($"Leaks: {simulation.Leaks().Count}. Trace: {simulation.TraceHash:x16}.");

static async Task AnswerAsync(SimulatedRingBack<uint, ulong> back, int questions)
{
    for (; questions > 0; questions--)
    {
        ulong number = await back.ReadAsync();
        back.Ring.TryWrite(number * number);
        back.Push();
    }
}
