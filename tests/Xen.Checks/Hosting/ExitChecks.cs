using Xen.Hosting;
using Xen.Simulation;
using Xen.Simulation.Choices;

namespace Xen.Checks.Hosting;

/// <summary>The rule of exits (design, "What always holds", 6) with a toolstack that asks at any time.</summary>
internal static class ExitChecks
{
    private const int Pages = 64;

    // More than a few round trips to the store take, and less than any two times of a plan are apart.
    private const double Tolerance = 0.2;

    /// <summary>Whatever a main task does and whenever it is asked, the guest ends when and as the rule says, hooks and closing once and in order.</summary>
    public static void EveryGuestEnds(IChoice choice) => SimulationRun.Run(
        new SimulationOptions { Choice = choice, PagesPerDomain = Pages }, async simulation =>
        {
            var plan = new ExitPlan(choice);
            SimulatedDomain domain = simulation.CreateDomain("guest");
            var guest = new Guest("simulation", new GuestPorts(domain.Id, domain.Ports, static (_, _) => default) { OwnsDomain = true }, []);
            var settings = new GuestSettings { ShutdownGrace = ExitPlan.Grace };
            long start = simulation.TimeProvider.GetTimestamp();
            double Now() => simulation.TimeProvider.GetElapsedTime(start).TotalSeconds;
            var seen = new List<(string What, double At)>();
            GuestExit? exit = null;
            Task asking = AskAsync(domain, plan, Now);
            await domain.RunAsync(async () =>
            {
                guest.Own(new Closing(() => seen.Add(("close", Now()))));
                guest.Hooks.OnExit(async end =>
                {
                    seen.Add(("hook", Now()));
                    await Task.Delay(TimeSpan.FromSeconds(choice.Next(3)), guest.TimeProvider, end);
                });
                exit = await XenGuest.LiveAsync(guest, running => MainAsync(running, plan), settings, ownsDomain: true);
            });
            await asking;

            Expect.Equal(plan.ExpectedKind, exit!.Kind, $"the exit of: {plan}");
            Expect.That(seen is [("hook", _), ("close", _)], $"hook, then close, once each; seen {string.Join(", ", seen)} of: {plan}");
            Expect.That(Math.Abs(seen[0].At - plan.End) < Tolerance, $"the exit hooks began at {seen[0].At}: {plan}");
            Expect.That(guest.ShutdownRequested.IsCancellationRequested || plan.Requests.All(request => request.At > plan.End), $"the token was not cancelled: {plan}");
            Expect.Equal(0, domain.Store.WatchCount, $"watches of the guest after: {plan}");
            Expect.Equal(0, simulation.Xenstored.WatchCount, $"watches of the daemon after: {plan}");
        });

    private static async Task AskAsync(SimulatedDomain domain, ExitPlan plan, Func<double> now)
    {
        foreach ((double at, string word) in plan.Requests)
        {
            await Task.Delay(TimeSpan.FromSeconds(at - now()), domain.Simulation.TimeProvider);
            await domain.RequestShutdownAsync(word);
        }
    }

    private static async Task MainAsync(Guest guest, ExitPlan plan)
    {
        guest.Exit = plan.Before ?? guest.Exit;
        try
        {
            await WorkAsync(guest, plan);
        }
        finally
        {
            guest.Exit = plan.After ?? guest.Exit;
        }
    }

    private static async Task WorkAsync(Guest guest, ExitPlan plan)
    {
        switch (plan.Kind)
        {
            case MainKind.WaitsForToken:
                await Task.Delay(Timeout.InfiniteTimeSpan, guest.TimeProvider, guest.ShutdownRequested);
                return;
            case MainKind.IgnoresToken:
                await new TaskCompletionSource().Task;
                return;
            case MainKind.CancelsItself when plan.Requests.Count > 0 && plan.Requests[0].At < plan.OwnEnd:
                await Task.Delay(TimeSpan.FromSeconds(plan.OwnEnd), guest.TimeProvider);
                throw new OperationCanceledException("linked with another token on the way");
            default:
                await Task.Delay(TimeSpan.FromSeconds(plan.OwnEnd), guest.TimeProvider);
                break;
        }

        if (plan.Kind == MainKind.Fails)
        {
            throw new InvalidDataException("the main task's fault");
        }
    }

    private sealed class Closing(Action close) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            close();
            return default;
        }
    }
}
