using Microsoft.Extensions.Logging.Abstractions;
using Xen.Platform;
using Xen.Simulation;
using Xen.Store;

namespace Xen.Floor2.Tests.Store;

/// <summary>A toolstack's requests, one rule at a time; the check list has all orders.</summary>
public class XenShutdownWatchTests
{
    private const string Home = "/local/domain/1/control";

    [Theory]
    [InlineData("poweroff", XenShutdownRequest.PowerOff)]
    [InlineData("reboot", XenShutdownRequest.Reboot)]
    [InlineData("halt", XenShutdownRequest.Halt)]
    public void A_request_is_acknowledged_and_handed_on(string word, XenShutdownRequest expected) => Run(async (simulation, guest) =>
    {
        await using XenShutdownWatch watch = await OpenAsync(guest);
        await guest.RequestShutdownAsync(word);
        Assert.Equal(expected, await watch.WaitAsync());
        Assert.Equal("", await simulation.Store.ReadTextAsync($"{Home}/shutdown"));
    });

    [Fact]
    public void A_request_from_before_counts() => Run(async (_, guest) =>
    {
        await guest.RequestShutdownAsync("reboot");
        await using XenShutdownWatch watch = await OpenAsync(guest);
        Assert.Equal(XenShutdownRequest.Reboot, await watch.WaitAsync());
    });

    [Fact]
    public void Only_what_is_answered_is_announced() => Run(async (simulation, guest) =>
    {
        await using XenShutdownWatch watch = await OpenAsync(guest);
        Assert.Equal("1", await simulation.Store.ReadTextAsync($"{Home}/feature-poweroff"));
        Assert.Equal("1", await simulation.Store.ReadTextAsync($"{Home}/feature-reboot"));
        Assert.Equal("", await simulation.Store.ReadTextAsync($"{Home}/feature-suspend"));
        Assert.Null(await simulation.Store.TryReadTextAsync($"{Home}/feature-halt"));
    });

    [Fact]
    public void A_toolstack_that_lets_nothing_be_written_is_obeyed_all_the_same() => Run(async (simulation, guest) =>
    {
        StorePermission[] readable = [new(DomainId.Zero, StoreAccessRights.None), new(guest.Id, StoreAccessRights.Read)];
        foreach (string name in new[] { "shutdown", "feature-poweroff", "feature-reboot" })
        {
            await simulation.Store.SetPermissionsAsync($"{Home}/{name}", readable);
        }

        await using XenShutdownWatch watch = await OpenAsync(guest);
        await guest.RequestShutdownAsync("poweroff");
        Assert.Equal(XenShutdownRequest.PowerOff, await watch.WaitAsync());
        Assert.Equal(0, simulation.Xenstored.TransactionCount);
    });

    [Fact]
    public void A_cancelled_wait_loses_no_request_and_a_disposed_watch_says_so() => Run(async (_, guest) =>
    {
        XenShutdownWatch watch = await OpenAsync(guest);
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(1), guest.Scheduler.TimeProvider);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await watch.WaitAsync(end.Token));
        await guest.RequestShutdownAsync("halt");
        Assert.Equal(XenShutdownRequest.Halt, await watch.WaitAsync());
        ValueTask<XenShutdownRequest> pending = watch.WaitAsync();
        await watch.DisposeAsync();
        await watch.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await pending);

        // As after a resume: opened again, and heard again.
        await using XenShutdownWatch second = await OpenAsync(guest);
        await guest.RequestShutdownAsync("reboot");
        Assert.Equal(XenShutdownRequest.Reboot, await second.WaitAsync());
    });

    [Fact]
    public void A_suspend_that_was_cancelled_changes_nothing() => Run(async (_, guest) =>
    {
        await using XenShutdownWatch watch = await OpenAsync(guest);
        ValueTask<XenShutdownRequest> pending = watch.WaitAsync();
        guest.SuspendAndCancel();
        await guest.RequestShutdownAsync("poweroff");
        Assert.Equal(XenShutdownRequest.PowerOff, await pending);
    });

    [Fact]
    public void A_resume_into_a_new_domain_ends_the_watch_with_its_connection() => Run(async (simulation, guest) =>
    {
        await using XenShutdownWatch watch = await OpenAsync(guest);
        ValueTask<XenShutdownRequest> pending = watch.WaitAsync();
        guest.SuspendAndResume();
        await Assert.ThrowsAsync<XenException>(async () => await pending);
        simulation.Xenstored.Release(guest.Id);
    });

    [Fact]
    public void A_watch_that_is_refused_is_an_error_and_no_feature_is_announced() => Run(async (simulation, guest) =>
    {
        var watches = new List<StoreWatch>();
        await Assert.ThrowsAsync<XenException>(async () =>
        {
            while (true)
            {
                watches.Add(await guest.Store.WatchAsync($"data/{watches.Count}"));
            }
        });
        await Assert.ThrowsAsync<XenException>(async () => await OpenAsync(guest));
        Assert.Equal("", await simulation.Store.ReadTextAsync($"{Home}/feature-poweroff"));
        foreach (StoreWatch watch in watches)
        {
            await watch.DisposeAsync();
        }
    });

    private static ValueTask<XenShutdownWatch> OpenAsync(SimulatedDomain guest) =>
        XenShutdownWatch.OpenAsync(guest.Store, NullLoggerFactory.Instance);

    private static void Run(Func<Simulation.Simulation, SimulatedDomain, Task> body)
    {
        using var simulation = new Simulation.Simulation();
        simulation.Run(async () =>
        {
            await body(simulation, simulation.CreateDomain("guest"));
            Assert.Equal(0, simulation.Xenstored.WatchCount);
        });
    }
}
