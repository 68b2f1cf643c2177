using System.Globalization;
using Xen.Platform;
using Xen.Simulation.Choices;
using Xen.Store;

namespace Xen.Checks.Store;

/// <summary>What must hold for any client on any xenstore: the simulation's, or a real one.</summary>
public static class StoreScenarios
{
    private const int MaxDepth = 4;

    private static readonly string[] Names = ["a", "b", "c-1", "D_2"];

    /// <summary>Random operations, in and out of transactions: each has the result that the model has.</summary>
    /// <param name="store">The client.</param>
    /// <param name="root">A node that does not exist, below one that does and that the client may write. Removed at the end.</param>
    /// <param name="choice">What to do.</param>
    /// <param name="operations">How often.</param>
    public static async Task CompareWithModelAsync(XenStoreClient store, string root, IChoice choice, int operations)
    {
        await store.MakeDirectoryAsync(root);
        string inherited = Show(await store.GetPermissionsAsync(root));
        await store.RemoveAsync(root);
        var model = new StoreModel(inherited);
        for (int i = 0; i < operations; i++)
        {
            model = choice.Next(5) == 0
                ? await TransactAsync(store, root, model, choice)
                : await StepAsync(store, root, model, choice);
        }

        await store.TryRemoveAsync(root);
    }

    /// <summary>Clients that add one to a number in a transaction, all at once: none of the additions is lost.</summary>
    /// <param name="clients">The clients.</param>
    /// <param name="path">The node; it is made and removed.</param>
    /// <param name="incrementsEach">How often each client adds one.</param>
    public static async Task CountTogetherAsync(IReadOnlyList<XenStoreClient> clients, string path, int incrementsEach)
    {
        await clients[0].WriteAsync(path, "0");
        await Task.WhenAll(clients.Select(client => CountAsync(client, path, incrementsEach)));
        string total = await clients[0].ReadTextAsync(path);
        await clients[0].RemoveAsync(path);
        Expect.Equal((clients.Count * incrementsEach).ToString(CultureInfo.InvariantCulture), total, "the sum of all increments");
    }

    /// <summary>
    /// A reader that looks only when its watch tells it to, and a writer that does not wait: the reader sees the last value of every node in the end.
    /// </summary>
    /// <param name="reader">Whoever watches.</param>
    /// <param name="writer">Whoever writes.</param>
    /// <param name="root">A node that both may use; made and removed.</param>
    /// <param name="choice">What is written.</param>
    /// <param name="writes">How often.</param>
    public static async Task WatchEverythingAsync(XenStoreClient reader, XenStoreClient writer, string root, IChoice choice, int writes)
    {
        await writer.MakeDirectoryAsync(root);
        await using StoreWatch watch = await reader.WatchAsync(root);
        Task writing = WriteAllAsync(writer, root, choice, writes);
        var seen = new SortedDictionary<string, string>(StringComparer.Ordinal);
        while (!seen.ContainsKey("end"))
        {
            Update(seen, root, await watch.WaitAsync(), await ReadAllAsync(reader, root));
        }

        await writing;
        foreach ((string name, string value) in await ReadAllAsync(reader, root))
        {
            Expect.Equal(value, seen.GetValueOrDefault(name), $"the value of {name} that the watcher saw last");
        }

        await watch.DisposeAsync();
        await writer.RemoveAsync(root);
    }

    private static async Task CountAsync(XenStoreClient client, string path, int increments)
    {
        for (int i = 0; i < increments; i++)
        {
            await client.TransactionAsync(async transaction =>
            {
                int value = int.Parse(await transaction.ReadTextAsync(path), CultureInfo.InvariantCulture);
                await transaction.WriteAsync(path, (value + 1).ToString(CultureInfo.InvariantCulture));
            });
        }
    }

    private static async Task WriteAllAsync(XenStoreClient writer, string root, IChoice choice, int writes)
    {
        for (int i = 0; i < writes; i++)
        {
            await writer.WriteAsync($"{root}/{choice.Next(100)}", $"{i}");
        }

        // The last: it ends the reader's loop, and its event comes after all others.
        await writer.WriteAsync($"{root}/end", "1");
    }

    // Only what the event is about is believed, so that a lost event shows.
    private static void Update(SortedDictionary<string, string> seen, string root, string changed, SortedDictionary<string, string> present)
    {
        foreach ((string name, string value) in present)
        {
            if (changed == root || changed == $"{root}/{name}")
            {
                seen[name] = value;
            }
        }
    }

    private static async Task<SortedDictionary<string, string>> ReadAllAsync(XenStoreClient reader, string root)
    {
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string name in await reader.ListAsync(root))
        {
            values[name] = await reader.ReadTextAsync($"{root}/{name}");
        }

        return values;
    }

    private static async Task<StoreModel> TransactAsync(XenStoreClient store, string root, StoreModel model, IChoice choice)
    {
        int steps = choice.Next(6);
        bool isDropped = choice.Next(3) == 0;
        StoreModel inside = model.Copy();
        try
        {
            await store.TransactionAsync(async transaction =>
            {
                for (int i = 0; i < steps; i++)
                {
                    inside = await StepAsync(transaction, root, inside, choice);
                }

                if (isDropped)
                {
                    throw new OperationCanceledException();
                }
            });
        }
        catch (OperationCanceledException)
        {
            return model;
        }

        return inside;
    }

    private static async Task<StoreModel> StepAsync(StoreAccess store, string root, StoreModel model, IChoice choice)
    {
        string path = ChoosePath(choice);
        string full = path.Length == 0 ? root : $"{root}/{path}";
        string key = path.Length == 0 ? "r" : $"r/{path}";
        switch (choice.Next(7))
        {
            case 0 or 1:
                string value = new('x', choice.Next(20));
                await store.WriteAsync(full, value);
                model.Write(key, value);
                break;
            case 2:
                await store.MakeDirectoryAsync(full);
                model.Make(key);
                break;
            case 3:
                Expect.Equal(model.Remove(key), await ErrorOfAsync(store.RemoveAsync(full)), $"removing {full}");
                break;
            case 4:
                StorePermission[] permissions = [await OwnerAsync(store, root, model), new(DomainId.Zero, (StoreAccessRights)choice.Next(4))];
                Expect.Equal(model.SetPermissions(key, Show(permissions)), await ErrorOfAsync(store.SetPermissionsAsync(full, permissions)), $"permissions of {full}");
                break;
            case 5:
                IReadOnlyList<string>? children = await store.TryListAsync(full);
                Expect.Equal(model.List(key), children is null ? null : string.Join(' ', children.Order(StringComparer.Ordinal)), $"children of {full}");
                break;
            default:
                Expect.Equal(model.Read(key), await store.TryReadTextAsync(full), $"value of {full}");
                await ComparePermissionsAsync(store, full, model.Permissions(key));
                break;
        }

        return model;
    }

    private static async Task ComparePermissionsAsync(StoreAccess store, string path, string? expected)
    {
        if (expected is not null)
        {
            Expect.Equal(expected, Show(await store.GetPermissionsAsync(path)), $"permissions of {path}");
        }
    }

    // The owner stays: a guest may not give its nodes away.
    private static async Task<StorePermission> OwnerAsync(StoreAccess store, string root, StoreModel model) => model.Permissions("r") is null
        ? new StorePermission(DomainId.Zero, StoreAccessRights.Read)
        : (await store.GetPermissionsAsync(root))[0];

    private static string ChoosePath(IChoice choice)
    {
        var parts = new List<string>();
        for (int depth = choice.Next(MaxDepth); depth > 0; depth--)
        {
            parts.Add(Names[choice.Next(Names.Length)]);
        }

        return string.Join('/', parts);
    }

    private static string Show(IEnumerable<StorePermission> permissions) => string.Join(' ', permissions);

    private static async Task<XenErrno> ErrorOfAsync(ValueTask operation)
    {
        try
        {
            await operation;
            return XenErrno.None;
        }
        catch (XenException exception)
        {
            return exception.ErrorCode;
        }
    }
}
