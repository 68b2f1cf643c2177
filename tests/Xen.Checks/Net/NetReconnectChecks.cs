using Xen.Netfront;
using Xen.Platform;
using Xen.Simulation;
using Xen.Simulation.Choices;

namespace Xen.Checks.Net;

/// <summary>A network front end that connects again, more than once at a time, and is disposed meanwhile.</summary>
public static class NetReconnectChecks
{
    /// <summary>
    /// R8, R13: whatever asks for a connection when, there is one at a time; a device that is disposed leaves none behind, whether its back end
    /// came back before, meanwhile or never.
    /// </summary>
    public static void OneConnectionAtATime(IChoice choice) => NetBench.RunCheck(choice, async bench =>
    {
        TimeProvider time = bench.Guest.Scheduler.TimeProvider;
        bench.Serve();
        NetfrontDevice device = await bench.OpenAsync();
        await bench.StopServingAsync();
        await device.Completion;
        List<Task<bool>> attempts = [];
        bool isServed = false;
        for (int step = 0; step < 8; step++)
        {
            switch (choice.Next(4))
            {
                case 0 when !isServed:
                    isServed = true;
                    bench.Serve();
                    break;
                case 1:
                    attempts.Add(ReconnectAsync(device));
                    Task<bool> second = ReconnectAsync(device);
                    Expect.That(second.IsCompleted && !await second, "A second attempt was not refused while the first was under way (R13).");
                    break;
                default:
                    await Task.Delay(TimeSpan.FromMicroseconds(choice.Next(300)), time);
                    break;
            }

            Expect.That(attempts.Count(attempt => attempt.IsCompletedSuccessfully && attempt.Result) <= 1, "Two connections were made (R13).");
        }

        await device.DisposeAsync();
        Expect.That(!device.IsConnected, "A device that was disposed is connected.");
        ExpectNothingOfGuest(bench, "when it was disposed");
        await Task.Delay(TimeSpan.FromSeconds(1), time);
        Expect.That(attempts.All(attempt => attempt.IsCompleted), "An attempt to connect outlived its device.");
        ExpectNothingOfGuest(bench, "a second later");
        Expect.Equal("6", await bench.Guest.Store.ReadTextAsync(bench.Paths.Frontend + "/state"), "the front end's state");
    });

    private static async Task<bool> ReconnectAsync(NetfrontDevice device)
    {
        try
        {
            await device.ReconnectAsync();
            return true;
        }
        catch (Exception exception) when (exception is InvalidOperationException or XenException)
        {
            return false;
        }
    }

    private static void ExpectNothingOfGuest(NetBench bench, string when)
    {
        SimulationLeak[] left = [.. bench.Simulation.Leaks().Where(leak => leak.Domain == bench.Guest.Id)];
        Expect.That(left.Length == 0, $"The device left {left.Length} behind {when}, the first: {left.FirstOrDefault()} (R8).");
    }
}
