using Xen.Platform;
using Xen.Simulation;
using Xen.Store;

namespace Xen.Floor2.Tests.Store;

public class StoreClientTests
{
    [Fact]
    public void A_guest_writes_reads_lists_and_removes_over_its_ring() => Run(async (simulation, guest) =>
    {
        XenStoreClient store = guest.Store;
        await store.WriteAsync("data/a/b", "value");
        Assert.Equal("value", await store.ReadTextAsync("data/a/b"));
        Assert.Equal("value", await simulation.Store.ReadTextAsync("/local/domain/1/data/a/b"));
        await store.MakeDirectoryAsync("data/a/c");
        Assert.Empty(await store.ReadAsync("data/a/c"));
        Assert.Equal(["b", "c"], await store.ListAsync("data/a"));
        Assert.Equal([], await store.ListAsync("data/a/c"));
        await store.RemoveAsync("data/a");
        Assert.False(await store.ExistsAsync("data/a/b"));
        Assert.Null(await store.TryListAsync("data/a"));
        Assert.Equal("/local/domain/1", await store.GetDomainPathAsync(guest.Id));
        Assert.True(await store.IsIntroducedAsync(guest.Id));
        Assert.False(await store.IsIntroducedAsync(new DomainId(9)));
    });

    [Theory]
    [InlineData("", "empty")]
    [InlineData("a//b", "part at character 2")]
    [InlineData("a/", "ends with a slash")]
    [InlineData("a b", "character 1")]
    public void A_path_that_breaks_the_rules_is_refused_here(string path, string reason) => Run(async (_, guest) =>
    {
        ArgumentException refused = await Assert.ThrowsAsync<ArgumentException>(async () => await guest.Store.ReadAsync(path));
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    });

    [Fact]
    public void Errors_say_what_and_where() => Run(async (simulation, guest) =>
    {
        XenException missing = await Assert.ThrowsAsync<XenException>(async () => await guest.Store.ReadAsync("data/nothing"));
        Assert.Equal(XenErrno.ENOENT, missing.ErrorCode);
        Assert.Contains("Read data/nothing", missing.Message, StringComparison.Ordinal);
        await simulation.Store.WriteAsync("/secret", "x");
        await simulation.Store.SetPermissionsAsync("/secret", [new StorePermission(DomainId.Zero, StoreAccessRights.None)]);
        XenException denied = await Assert.ThrowsAsync<XenException>(async () => await guest.Store.ReadAsync("/secret"));
        Assert.Equal(XenErrno.EACCES, denied.ErrorCode);
        XenException hidden = await Assert.ThrowsAsync<XenException>(async () => await guest.Store.ReadAsync("/secret/below"));
        Assert.Equal(XenErrno.EACCES, hidden.ErrorCode);
        XenException notOurs = await Assert.ThrowsAsync<XenException>(async () => await guest.Store.WriteAsync("device/vbd/1/state", "1"));
        Assert.Equal(XenErrno.EACCES, notOurs.ErrorCode);
        XenException tooLong = await Assert.ThrowsAsync<XenException>(async () => await guest.Store.WriteAsync("data/x", new byte[4096]));
        Assert.Equal(XenErrno.E2BIG, tooLong.ErrorCode);
    });

    [Fact]
    public void Permissions_are_read_and_written_and_only_the_owner_may() => Run(async (simulation, guest) =>
    {
        StorePermission[] permissions = [new(guest.Id, StoreAccessRights.None), new(new DomainId(2), StoreAccessRights.Both), new(DomainId.Zero, StoreAccessRights.Write)];
        await guest.Store.WriteAsync("data/p", "x");
        await guest.Store.SetPermissionsAsync("data/p", permissions);
        Assert.Equal(permissions, await guest.Store.GetPermissionsAsync("data/p"));
        SimulatedDomain other = simulation.CreateDomain("other");
        Assert.Equal("x", await other.Store.ReadTextAsync("/local/domain/1/data/p"));
        XenException notOwner = await Assert.ThrowsAsync<XenException>(async () => await other.Store.SetPermissionsAsync("/local/domain/1/data/p", permissions));
        Assert.Equal(XenErrno.EACCES, notOwner.ErrorCode);
        XenException chown = await Assert.ThrowsAsync<XenException>(
            async () => await guest.Store.SetPermissionsAsync("data/p", [new StorePermission(new DomainId(2), StoreAccessRights.None)]));
        Assert.Equal(XenErrno.EPERM, chown.ErrorCode);
    });

    [Fact]
    public void Quotas_are_errors_with_a_hint() => Run(async (_, guest) =>
    {
        XenException tooBig = await Assert.ThrowsAsync<XenException>(async () => await guest.Store.WriteAsync("data/big", new byte[2048]));
        Assert.Equal(XenErrno.ENOSPC, tooBig.ErrorCode);
        Assert.Contains("quota", tooBig.Message, StringComparison.Ordinal);
        XenException tooMany = await Assert.ThrowsAsync<XenException>(async () =>
        {
            for (int i = 0; i < 1000; i++)
            {
                await guest.Store.WriteAsync($"data/{i / 100}/{i}", "");
            }
        });
        Assert.Equal(XenErrno.ENOSPC, tooMany.ErrorCode);
    });

    [Fact]
    public void A_list_longer_than_a_message_comes_in_parts() => Run(async (simulation, _) =>
    {
        string[] names = [.. Enumerable.Range(0, 600).Select(i => $"a-rather-long-name-of-a-child-{i:d4}")];
        foreach (string name in names)
        {
            await simulation.Store.WriteAsync($"/long/{name}", "");
        }

        Assert.Equal(names, await simulation.Store.ListAsync("/long"));
    });

    [Fact]
    public void Many_requests_are_under_way_at_once() => Run(async (_, guest) =>
    {
        Task[] writes = [.. Enumerable.Range(0, 100).Select(i => guest.Store.WriteAsync($"data/n/{i}", $"{i}").AsTask())];
        await Task.WhenAll(writes);
        string[] values = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => guest.Store.ReadTextAsync($"data/n/{i}").AsTask()));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}"), values);
    });

    [Fact]
    public void A_watch_fires_at_once_and_after_each_change_and_ends() => Run(async (simulation, guest) =>
    {
        StoreWatch watch = await guest.Store.WatchAsync("data/w");
        Assert.Equal("data/w", await watch.WaitAsync());
        await simulation.Store.WriteAsync("/local/domain/1/data/w/x", "1");
        Assert.Equal("data/w/x", await watch.WaitAsync());
        ValueTask<string> pending = watch.WaitAsync();
        await watch.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await pending);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await watch.WaitAsync());
        await watch.DisposeAsync();
        Assert.Equal(0, simulation.Xenstored.WatchCount);
    });

    [Fact]
    public void A_slow_watcher_gets_one_event_for_the_whole() => Run(async (simulation, guest) =>
    {
        await using StoreWatch watch = await guest.Store.WatchAsync("data");
        for (int i = 0; i < 3 * StoreWatch.MaxPending; i++)
        {
            await simulation.Store.WriteAsync($"/local/domain/1/data/{i}", "");
            await simulation.Store.WriteAsync($"/local/domain/1/data/{i}", "again");
            await guest.Store.ReadAsync($"data/{i}");
        }

        var seen = new List<string>();
        for (int i = 0; i <= StoreWatch.MaxPending && !seen.Contains("data"); i++)
        {
            seen.Add(await watch.WaitAsync());
        }

        Assert.Contains("data", seen);
    });

    [Fact]
    public void A_transaction_is_seen_when_it_is_committed_and_never_when_its_body_throws() => Run(async (simulation, guest) =>
    {
        await guest.Store.TransactionAsync(async transaction =>
        {
            await transaction.WriteAsync("data/t", "1");
            Assert.False(await simulation.Store.ExistsAsync("/local/domain/1/data/t"));
            Assert.True(await transaction.ExistsAsync("data/t"));
        });
        Assert.Equal("1", await guest.Store.ReadTextAsync("data/t"));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await guest.Store.TransactionAsync(async transaction =>
        {
            await transaction.WriteAsync("data/t", "2");
            throw new InvalidOperationException();
        }));
        Assert.Equal("1", await guest.Store.ReadTextAsync("data/t"));
        Assert.Equal(0, simulation.Xenstored.TransactionCount);
    });

    [Fact]
    public void A_conflict_runs_the_body_again() => Run(async (simulation, guest) =>
    {
        int runs = 0;
        await guest.Store.WriteAsync("data/c", "0");
        await guest.Store.TransactionAsync(async transaction =>
        {
            string value = await transaction.ReadTextAsync("data/c");
            if (++runs == 1)
            {
                await simulation.Store.WriteAsync("/local/domain/1/data/c", "7");
            }

            await transaction.WriteAsync("data/c", value + "!");
        });
        Assert.Equal(2, runs);
        Assert.Equal("7!", await guest.Store.ReadTextAsync("data/c"));
    });

    [Fact]
    public void A_cancelled_request_leaves_nothing_behind() => Run(async (simulation, guest) =>
    {
        for (int i = 0; i < 50; i++)
        {
            using var cancellation = new CancellationTokenSource();
            ValueTask<StoreWatch> watch = guest.Store.WatchAsync("data/x", cancellation.Token);
            ValueTask transaction = guest.Store.TransactionAsync(_ => ValueTask.CompletedTask, cancellation.Token);
            for (int turn = 0; turn < i; turn++)
            {
                await Task.Yield();
            }

            cancellation.Cancel();
            await EndAsync(watch);
            await EndAsync(transaction);
        }

        await guest.Store.ReadTextAsync("name");
        await guest.Store.ReadTextAsync("name");
        Assert.Equal(0, simulation.Xenstored.WatchCount);
        Assert.Equal(0, simulation.Xenstored.TransactionCount);
    });

    [Fact]
    public void A_guest_that_breaks_the_ring_is_told_so_and_others_go_on() => Run(async (simulation, guest) =>
    {
        await guest.Store.ReadTextAsync("name");
        Task<string> pending = guest.Store.WaitForAsync("data/never", value => value is not null).AsTask()!;
        await guest.Store.ReadTextAsync("name");
        simulation.Xenstored.Release(guest.Id);
        XenException failure = await Assert.ThrowsAsync<XenException>(async () => await pending);
        Assert.Contains("daemon gave the connection up", failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<XenException>(async () => await guest.Store.ReadTextAsync("name"));
        Assert.Equal("guest", await simulation.Store.ReadTextAsync("/local/domain/1/name"));
    });

    [Fact]
    public void After_dispose_every_call_says_so() => Run(async (_, guest) =>
    {
        StoreWatch watch = await guest.Store.WatchAsync("data");
        await watch.WaitAsync();
        ValueTask<string> waiting = watch.WaitAsync();
        await guest.Store.DisposeAsync();
        await guest.Store.DisposeAsync();
        await Assert.ThrowsAsync<XenException>(async () => await waiting);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await guest.Store.ReadAsync("name"));
        await watch.DisposeAsync();
    });

    private static async Task EndAsync(ValueTask<StoreWatch> watch)
    {
        try
        {
            await (await watch).DisposeAsync();
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }

    private static async Task EndAsync(ValueTask transaction)
    {
        try
        {
            await transaction;
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }

    private static void Run(Func<Xen.Simulation.Simulation, SimulatedDomain, Task> body)
    {
        for (ulong seed = 1; seed <= 5; seed++)
        {
            using var simulation = new Xen.Simulation.Simulation(new SimulationOptions { Seed = seed, PagesPerDomain = 64 });
            SimulatedDomain guest = simulation.CreateDomain("guest");
            simulation.Run(() => body(simulation, guest));
        }
    }
}
