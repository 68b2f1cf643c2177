using Xen.Events;
using Xen.Simulation;

namespace Xen.Checks.Allocation;

/// <summary>Waits on ports.</summary>
internal static class PortAllocation
{
    /// <summary>Two domains notify each other; each waits for the other.</summary>
    public static void PingPong(SimulationOptions options, AllocationMeter meter) => SimulationRun.Run(options, async simulation =>
    {
        SimulatedDomain a = simulation.CreateDomain("a");
        SimulatedDomain b = simulation.CreateDomain("b");
        EventPort near = a.Events.AllocateUnbound(b.Id);
        EventPort far = b.Events.BindInterdomain(a.Id, near.Value);
        using var end = new CancellationTokenSource();
        Task answering = b.RunAsync(() => AnswerAsync(b.Events, far, end.Token));
        await a.RunAsync(() => AskAsync(a.Events, near, meter, end.Token));
        end.Cancel();
        await answering;
        a.Events.Close(near);
        b.Events.Close(far);
    });

    private static async Task AskAsync(GuestEventChannels events, EventPort port, AllocationMeter meter, CancellationToken cancellationToken)
    {
        uint seen = 0;
        while (meter.MoveNext())
        {
            events.Notify(port);
            ValueTask<uint> wait = events.WaitAsync(port, seen, cancellationToken);
            meter.Note(wait.IsCompleted);
            seen = await wait;
            events.Complete(port, spurious: false);
        }
    }

    private static async Task AnswerAsync(GuestEventChannels events, EventPort port, CancellationToken cancellationToken)
    {
        uint seen = 0;
        try
        {
            while (true)
            {
                seen = await events.WaitAsync(port, seen, cancellationToken);
                events.Complete(port, spurious: false);
                events.Notify(port);
            }
        }
        catch (OperationCanceledException)
        {
            // The end that was asked for.
        }
    }
}
