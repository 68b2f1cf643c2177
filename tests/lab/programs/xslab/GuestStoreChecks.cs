using Xen.Linux;
using Xen.Platform;
using Xen.Store;

namespace Xen.Lab;

/// <summary>What xenstored allows an unprivileged domain, and how much.</summary>
internal static class GuestStoreChecks
{
    internal static readonly Lab.Check[] All =
    [
        new("store-guest-home", HomeAsync),
        new("store-guest-denied", DeniedAsync),
        new("store-guest-privileged", PrivilegedAsync),
        new("store-guest-node-size", NodeSizeAsync),
        new("store-guest-watches", WatchesAsync),
        new("store-guest-transactions", TransactionsAsync),
        new("store-guest-nodes", NodesAsync),
    ];

    // The toolstack gives a guest its data/ to write to.
    private const string Home = "data/xslab";

    private static async Task<string> HomeAsync(LinuxGuest guest)
    {
        Lab.Expect(guest.DomainId != DomainId.Zero, "an unprivileged domain");
        string home = await guest.Store.GetDomainPathAsync(guest.DomainId);
        Lab.Equal($"/local/domain/{guest.DomainId.Value}", home, "this domain's home");
        await guest.Store.WriteAsync($"{Home}/value", "1");
        Lab.Equal("1", await guest.Store.ReadTextAsync($"{home}/{Home}/value"), "the same node by its absolute path");
        await using StoreWatch watch = await guest.Store.WatchAsync(Home);
        Lab.Equal(Home, await watch.WaitAsync(), "a relative watch's first event");
        await guest.Store.WriteAsync($"{home}/{Home}/value", "2");
        Lab.Equal($"{Home}/value", await watch.WaitAsync(), "a relative watch's event");
        await guest.Store.RemoveAsync(Home);
        return home;
    }

    private static async Task<string> DeniedAsync(LinuxGuest guest)
    {
        XenException write = await DeniedAsync(XenErrno.EACCES, async () => await guest.Store.WriteAsync("/local/domain/0/xslab", "x"));
        await DeniedAsync(XenErrno.EACCES, async () => await guest.Store.WriteAsync("/xslab", "x"));
        await DeniedAsync(XenErrno.EACCES, async () => await guest.Store.RemoveAsync("/local/domain/0/name"));
        return write.Message;
    }

    private static async Task<string> PrivilegedAsync(LinuxGuest guest)
    {
        await guest.Store.WriteAsync($"{Home}/mine", "1");
        StorePermission[] another = [new(DomainId.Zero, StoreAccessRights.Both)];
        XenException owner = await DeniedAsync(XenErrno.EPERM, async () => await guest.Store.SetPermissionsAsync($"{Home}/mine", another));
        await DeniedAsync(XenErrno.EACCES, async () => await guest.Store.IntroduceAsync(new DomainId(99), 1, 1));
        await DeniedAsync(XenErrno.EACCES, async () => await guest.Store.ReleaseAsync(DomainId.Zero));
        await guest.Store.RemoveAsync(Home);
        return owner.Message;
    }

    private static async Task<string> NodeSizeAsync(LinuxGuest guest)
    {
        await guest.Store.WriteAsync($"{Home}/large", new byte[1024]);
        XenException tooLarge = await DeniedAsync(XenErrno.ENOSPC, async () => await guest.Store.WriteAsync($"{Home}/large", new byte[3000]));
        Lab.Equal(1024, (await guest.Store.ReadAsync($"{Home}/large")).Length, "the value after the refused write");
        await guest.Store.RemoveAsync(Home);
        return tooLarge.Message;
    }

    private static async Task<string> WatchesAsync(LinuxGuest guest)
    {
        var watches = new List<StoreWatch>();
        XenException? refused = null;
        while (refused is null && watches.Count < 1000)
        {
            try
            {
                watches.Add(await guest.Store.WatchAsync($"{Home}/watch-{watches.Count}"));
            }
            catch (XenException e)
            {
                refused = e;
            }
        }

        int count = watches.Count;
        foreach (StoreWatch watch in watches)
        {
            await watch.DisposeAsync();
        }

        Lab.Expect(refused?.ErrorCode is XenErrno.E2BIG or XenErrno.ENOSPC, $"the quota's error, found {refused?.Message ?? "none"}");
        await using StoreWatch again = await guest.Store.WatchAsync(Home);
        Lab.Equal(Home, await again.WaitAsync(), "the first event of a watch after the others ended");
        return $"{count} watches, then {refused!.Message}";
    }

    private static async Task<string> TransactionsAsync(LinuxGuest guest)
    {
        int depth = 0;
        XenException refused = await Lab.ThrowsAsync<XenException>(() => NestAsync(guest, () => depth++), "transactions without end");
        Lab.Equal(XenErrno.ENOSPC, refused.ErrorCode, "the quota's error");
        await guest.Store.TransactionAsync(async transaction => await transaction.WriteAsync(Home, "1"));
        await guest.Store.RemoveAsync(Home);
        return $"{depth} at once, then {refused.Message}";
    }

    private static async Task NestAsync(LinuxGuest guest, Func<int> begun) =>
        await guest.Store.TransactionAsync(async _ =>
        {
            if (begun() < 1000)
            {
                await NestAsync(guest, begun);
            }
        });

    private static async Task<string> NodesAsync(LinuxGuest guest)
    {
        int count = 0;
        XenException? refused = null;
        while (refused is null && count < 5000)
        {
            try
            {
                await guest.Store.WriteAsync($"{Home}/nodes/{count}", "");
                count++;
            }
            catch (XenException e)
            {
                refused = e;
            }
        }

        await guest.Store.RemoveAsync(Home);
        Lab.Equal(XenErrno.ENOSPC, refused?.ErrorCode, "the quota's error");
        await guest.Store.WriteAsync($"{Home}/after", "1");
        await guest.Store.RemoveAsync(Home);
        return $"{count} nodes, then {refused!.Message}";
    }

    private static async Task<XenException> DeniedAsync(XenErrno expected, Func<Task> body)
    {
        XenException e = await Lab.ThrowsAsync<XenException>(body, "an operation that is not allowed");
        Lab.Equal(expected, e.ErrorCode, $"the error of {e.Operation}");
        return e;
    }
}
