using Xen.Netback;
using Xen.Netfront;
using Xen.Simulation.Choices;

namespace Xen.Checks.Net;

/// <summary>What fails while queues are made.</summary>
public static class NetFailureChecks
{
    /// <summary>R8: whatever is thrown while any of the queues is made, those before it are given back.</summary>
    public static void QueuesBeforeAFailureAreGivenBack(IChoice choice) => NetBench.RunCheck(choice, async bench =>
    {
        int ports = choice.Next(4);
        var events = new InterceptedEvents(bench.Guest.Events)
        {
            BeforeAllocate = () =>
            {
                if (ports-- == 0)
                {
                    throw new InvalidOperationException("A port's table is damaged.");
                }
            },
        };
        bench.Serve(new NetbackOptions { MaxQueues = 4, TransmitPages = 18, ReceivePages = 18 });
        try
        {
            var options = new NetfrontOptions { MaxQueues = 4, TransmitPages = 18, ReceivePages = 64, UseSingleEventChannel = true };
            await NetfrontDevice.OpenAsync(bench.Guest.Ports with { Events = events }, bench.Paths.Frontend, options);
            throw new CheckFailedException("The failure was not reported.");
        }
        catch (InvalidOperationException)
        {
            // What NetBench finds in the end is left over.
        }
    });
}
