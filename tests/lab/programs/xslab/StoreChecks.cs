using System.Globalization;
using Xen.Linux;
using Xen.Platform;
using Xen.Store;

namespace Xen.Lab;

/// <summary>The store client against the real xenstored, from a privileged domain.</summary>
internal static class StoreChecks
{
    internal static readonly LinuxGuestOptions OverSocket = new() { StoreSocketPath = UnixSocketStoreTransport.DefaultPath };

    internal static readonly Lab.Check[] All =
    [
        new("store-values", ValuesAsync),
        new("store-list", ListAsync),
        new("store-errors", ErrorsAsync),
        new("store-permissions", PermissionsAsync),
        new("store-domains", DomainsAsync),
        new("store-watch", WatchAsync),
        new("store-transaction", TransactionAsync),
        new("store-conflict", ConflictAsync),
        new("store-outstanding", OutstandingAsync),
        new("store-clients", ClientsAsync),
    ];

    private const string Root = "/xslab";

    private static async Task<string> ValuesAsync(LinuxGuest guest)
    {
        string path = $"{Root}/values/node";
        int[] lengths = [0, 1, 255, 256, 2048, 3072];
        foreach (int length in lengths)
        {
            byte[] value = new byte[length];
            new Random(length).NextBytes(value);
            await guest.Store.WriteAsync(path, value);
            byte[] read = await guest.Store.ReadAsync(path);
            Lab.Expect(read.AsSpan().SequenceEqual(value), $"{length} bytes come back as they were written, found {read.Length}");
        }

        await guest.Store.MakeDirectoryAsync(path);
        Lab.Equal(3072, (await guest.Store.ReadAsync(path)).Length, "the value after MKDIR of a node that exists");
        await guest.Store.RemoveAsync($"{Root}/values");
        Lab.Expect(!await guest.Store.ExistsAsync(path), "the node is gone with its parent");
        await guest.Store.RemoveAsync($"{Root}/values");
        return string.Join(", ", lengths) + " bytes";
    }

    private static async Task<string> ListAsync(LinuxGuest guest)
    {
        string path = $"{Root}/list";
        await guest.Store.MakeDirectoryAsync(path);
        Lab.Equal(0, (await guest.Store.ListAsync(path)).Count, "children of an empty node");
        const int Count = 600;
        for (int i = 0; i < Count; i++)
        {
            await guest.Store.WriteAsync($"{path}/child-{i:D4}", "");
        }

        IReadOnlyList<string> names = await guest.Store.ListAsync(path);
        Lab.Equal(Count, names.Distinct().Count(), "children of a list longer than one message");
        Lab.Expect(names.Contains("child-0000") && names.Contains("child-0599"), "the first and the last child are listed");
        await guest.Store.RemoveAsync(path);
        return $"{Count} children";
    }

    private static async Task<string> ErrorsAsync(LinuxGuest guest)
    {
        XenException missing = await Lab.ThrowsAsync<XenException>(
            async () => await guest.Store.ReadAsync($"{Root}/no/such/node"), "reading a node that is not there");
        Lab.Equal(XenErrno.ENOENT, missing.ErrorCode, "the error of reading a missing node");
        XenException noParent = await Lab.ThrowsAsync<XenException>(
            async () => await guest.Store.RemoveAsync($"{Root}/no/such/node"), "removing below a node that is not there");
        Lab.Equal(XenErrno.ENOENT, noParent.ErrorCode, "the error of removing below a missing node");
        XenException root = await Lab.ThrowsAsync<XenException>(async () => await guest.Store.RemoveAsync("/"), "removing the root");
        Lab.Equal(XenErrno.EINVAL, root.ErrorCode, "the error of removing the root");
        Lab.Equal(null, await guest.Store.TryReadTextAsync($"{Root}/no"), "what reading a missing node tries to find");
        return missing.Message;
    }

    private static async Task<string> PermissionsAsync(LinuxGuest guest)
    {
        string path = $"{Root}/permissions";
        await guest.Store.WriteAsync(path, "x");
        StorePermission[] wanted =
        [
            new(DomainId.Zero, StoreAccessRights.None),
            new(new DomainId(7), StoreAccessRights.Read),
            new(new DomainId(8), StoreAccessRights.Both),
        ];
        await guest.Store.SetPermissionsAsync(path, wanted);
        IReadOnlyList<StorePermission> found = await guest.Store.GetPermissionsAsync(path);
        Lab.Expect(found.SequenceEqual(wanted), $"{string.Join(' ', wanted)}, found {string.Join(' ', found)}");
        await guest.Store.RemoveAsync(path);
        return string.Join(' ', found);
    }

    private static async Task<string> DomainsAsync(LinuxGuest guest)
    {
        Lab.Equal("/local/domain/0", await guest.Store.GetDomainPathAsync(DomainId.Zero), "the home of dom0");
        Lab.Expect(await guest.Store.IsIntroducedAsync(DomainId.Zero), "dom0 is introduced");
        Lab.Expect(!await guest.Store.IsIntroducedAsync(new DomainId(30000)), "dom30000 is not introduced");
        return $"this is {guest.DomainId}";
    }

    private static async Task<string> WatchAsync(LinuxGuest guest)
    {
        string path = $"{Root}/watched";
        await guest.Store.WriteAsync($"{path}/a/b", "0");
        await using (StoreWatch watch = await guest.Store.WatchAsync(path))
        {
            Lab.Equal(path, await watch.WaitAsync(), "the first event");
            await guest.Store.WriteAsync($"{path}/a/b", "1");
            Lab.Equal($"{path}/a/b", await watch.WaitAsync(), "the event of a change below");
            await using (XenStoreClient other = await guest.OpenStoreAsync())
            {
                await other.WriteAsync($"{path}/c", "2");
            }

            Lab.Equal($"{path}/c", await watch.WaitAsync(), "the event of another connection's change");
            await guest.Store.RemoveAsync(Root + "/watched");
            await UntilAsync(watch, path, "the event of the removal");
            await guest.Store.WriteAsync(path, "again");
            Lab.Equal(path, await watch.WaitAsync(), "the event of making it again");
        }

        Lab.Equal(0, guest.Store.WatchCount, "watches afterwards");
        string value = await guest.Store.WaitForAsync(path, static text => text == "again") ?? "";
        await guest.Store.RemoveAsync(path);
        return $"waited for '{value}'";
    }

    private static async Task UntilAsync(StoreWatch watch, string path, string what)
    {
        for (int i = 0; i < 10; i++)
        {
            if (await watch.WaitAsync() == path)
            {
                return;
            }
        }

        throw new InvalidOperationException($"{what}: not among ten events");
    }

    private static async Task<string> TransactionAsync(LinuxGuest guest)
    {
        string path = $"{Root}/transaction";
        await guest.Store.WriteAsync(path, "before");
        await guest.Store.TransactionAsync(async transaction =>
        {
            await transaction.WriteAsync($"{path}/a", "1");
            await transaction.WriteAsync($"{path}/b", "2");
            Lab.Equal("1", await transaction.ReadTextAsync($"{path}/a"), "what the transaction wrote");
            Lab.Expect(!await guest.Store.ExistsAsync($"{path}/a"), "nobody else sees it before it is committed");
        });
        Lab.Equal("2", await guest.Store.ReadTextAsync($"{path}/b"), "what was committed");
        await Lab.ThrowsAsync<InvalidDataException>(
            async () => await guest.Store.TransactionAsync(async transaction =>
            {
                await transaction.WriteAsync($"{path}/c", "3");
                throw new InvalidDataException();
            }),
            "a body that throws");
        Lab.Expect(!await guest.Store.ExistsAsync($"{path}/c"), "a dropped transaction leaves nothing");
        await guest.Store.RemoveAsync(path);
        return "committed and dropped";
    }

    // The other connection changes, in the first attempt, what the transaction has read.
    private static async Task<string> ConflictAsync(LinuxGuest guest)
    {
        string path = $"{Root}/conflict";
        await guest.Store.WriteAsync(path, "1");
        await using XenStoreClient other = await guest.OpenStoreAsync();
        int attempts = 0;
        await guest.Store.TransactionAsync(async transaction =>
        {
            attempts++;
            string read = await transaction.ReadTextAsync(path);
            if (attempts == 1)
            {
                await other.WriteAsync(path, "10");
            }

            int value = int.Parse(read, CultureInfo.InvariantCulture);
            await transaction.WriteAsync(path, $"{value + 1}");
        });
        Lab.Equal(2, attempts, "attempts of the transaction");
        Lab.Equal("11", await guest.Store.ReadTextAsync(path), "the value afterwards");
        await guest.Store.RemoveAsync(path);
        return "the second attempt saw the other's value";
    }

    private static async Task<string> OutstandingAsync(LinuxGuest guest)
    {
        const int Count = 200;
        await Task.WhenAll(Enumerable.Range(0, Count).Select(i => guest.Store.WriteAsync($"{Root}/outstanding/{i}", $"value {i}").AsTask()));
        string[] values = await Task.WhenAll(
            Enumerable.Range(0, Count).Select(i => guest.Store.ReadTextAsync($"{Root}/outstanding/{i}").AsTask()));
        for (int i = 0; i < Count; i++)
        {
            Lab.Equal($"value {i}", values[i], $"the reply to request {i}");
        }

        await guest.Store.RemoveAsync($"{Root}/outstanding");
        return $"{Count} requests at once";
    }

    private static async Task<string> ClientsAsync(LinuxGuest guest)
    {
        const int Clients = 10;
        const int Increments = 10;
        string path = $"{Root}/clients";
        await guest.Store.WriteAsync(path, "0");
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => IncrementAsync(guest, path, Increments)));
        Lab.Equal($"{Clients * Increments}", await guest.Store.ReadTextAsync(path), "the sum of all transactions");
        await guest.Store.RemoveAsync(Root);
        return $"{Clients} clients, {Increments} conflicting transactions each";
    }

    private static async Task IncrementAsync(LinuxGuest guest, string path, int times)
    {
        await using XenStoreClient client = await guest.OpenStoreAsync();
        for (int i = 0; i < times; i++)
        {
            await client.TransactionAsync(async transaction =>
            {
                int value = int.Parse(await transaction.ReadTextAsync(path), CultureInfo.InvariantCulture);
                await transaction.WriteAsync(path, $"{value + 1}");
            });
        }
    }
}
