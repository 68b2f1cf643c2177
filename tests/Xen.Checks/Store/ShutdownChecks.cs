using Microsoft.Extensions.Logging.Abstractions;
using Xen.Simulation;
using Xen.Simulation.Choices;
using Xen.Store;

namespace Xen.Checks.Store;

/// <summary>A toolstack that asks a domain to end, in any words and as fast as it likes, and the domain's half.</summary>
internal static class ShutdownChecks
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(30);
    private static readonly string[] Features = ["poweroff", "reboot"];
    private static readonly string[] Words =
        ["poweroff", "reboot", "halt", "suspend", "", "crash", "Poweroff", "poweroff\0", "poweroff ", "\u001b[2J", new string('x', 2000)];

    /// <summary>Each request is handed on once and is answered with "", the last one always; a suspend is never answered.</summary>
    public static void RequestsAreTakenOnce(IChoice choice) => StoreChecks.Run(choice, async simulation =>
    {
        SimulatedDomain guest = simulation.CreateDomain("guest");
        var taken = new List<string>();
        using var end = new CancellationTokenSource();
        Task listening = guest.RunAsync(() => ListenAsync(guest, choice, taken, end.Token));
        List<string> written = await AskAsync(simulation, guest, choice);
        await Task.Delay(Quiet, simulation.TimeProvider);

        string left = await simulation.Store.ReadTextAsync($"/local/domain/{guest.Id.Value}/control/shutdown");
        string last = written.Count > 0 ? written[^1] : "";
        Expect.Equal(last == "suspend" ? last : "", left, "control/shutdown afterwards");
        Expect.That(IsWithin(taken, written), $"taken {Show(taken)} of {Show(written)}.");
        Expect.That(!IsRequest(last) || (taken.Count > 0 && taken[^1] == last), $"the last request of {Show(written)} was lost: {Show(taken)}.");
        foreach (string feature in Features)
        {
            Expect.Equal("1", await guest.Store.ReadTextAsync($"control/feature-{feature}"), $"control/feature-{feature}");
        }

        end.Cancel();
        await listening;
    });

    // Cancels its wait now and then: nothing may be lost by that. Then disposes twice.
    private static async Task ListenAsync(SimulatedDomain guest, IChoice choice, List<string> taken, CancellationToken end)
    {
        XenShutdownWatch watch = await XenShutdownWatch.OpenAsync(guest.Store, NullLoggerFactory.Instance, CancellationToken.None);
        // As many as are enough: a wait that is always cancelled would keep time from going on.
        int cancellations = 20;
        while (!end.IsCancellationRequested)
        {
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(end);
            if (cancellations > 0 && choice.Next(4) == 0)
            {
                cancellations--;
                guest.Scheduler.Schedule(static state => ((CancellationTokenSource)state!).Cancel(), pause);
            }

            try
            {
                taken.Add((await watch.WaitAsync(pause.Token)).ToString().ToLowerInvariant());
            }
            catch (OperationCanceledException)
            {
                await Task.Yield();
            }
        }

        await watch.DisposeAsync();
        await watch.DisposeAsync();
    }

    private static async Task<List<string>> AskAsync(Simulation.Simulation simulation, SimulatedDomain guest, IChoice choice)
    {
        var written = new List<string>();
        for (int i = choice.Next(6); i > 0; i--)
        {
            written.Add(Words[choice.Next(2) == 0 ? choice.Next(3) : choice.Next(Words.Length)]);
            await guest.RequestShutdownAsync(written[^1]);
            for (int turns = choice.Next(12); turns > 0; turns--)
            {
                await Task.Yield();
            }

            if (choice.Next(4) == 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1), simulation.TimeProvider);
            }
        }

        return written;
    }

    private static bool IsRequest(string word) => word is "poweroff" or "reboot" or "halt";

    private static bool IsWithin(List<string> taken, List<string> written)
    {
        int next = 0;
        foreach (string word in written)
        {
            next += next < taken.Count && taken[next] == word ? 1 : 0;
        }

        return next == taken.Count;
    }

    private static string Show(List<string> words) => $"[{string.Join(", ", words.Select(word => $"'{word[..Math.Min(word.Length, 12)]}'"))}]";
}
