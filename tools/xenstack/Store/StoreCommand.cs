using System.CommandLine;
using System.Text.Json;
using Xen.Hosting;
using Xen.Store;

namespace XenStack.Tool;

/// <summary><c>xenstack store</c>: looks into the guest's xenstore and changes it.</summary>
internal sealed class StoreCommand : Command
{
    private const int MaxDepth = 64;

    private readonly GlobalOptions _options;

    public StoreCommand(GlobalOptions options)
        : base("store", "Look into the guest's xenstore and change it.")
    {
        _options = options;
        Argument<string> path = new("path") { Description = "Absolute (/local/domain/1/name) or relative to the domain (name)." };
        Argument<string> value = new("value") { Description = "The new value, as text." };
        Option<int> count = new("--count") { Description = "Stop after this many events.", DefaultValueFactory = _ => int.MaxValue };
        AddVerb("ls", "List a node and everything below it.", [path], result => List(result, path));
        AddVerb("read", "Print a node's value.", [path], result => Read(result, path));
        AddVerb("write", "Write a node's value; missing parents are made.", [path, value], result => Write(result, path, value));
        AddVerb("rm", "Remove a node and everything below it.", [path], result => Remove(result, path));
        AddVerb("watch", "Print a path each time it may have changed.", [path], result => Watch(result, path, count)).Add(count);
    }

    private Command AddVerb(string name, string description, Argument<string>[] arguments, Func<ParseResult, Func<Guest, Task>> body)
    {
        Command verb = new(name, description);
        foreach (Argument<string> argument in arguments)
        {
            verb.Add(argument);
        }

        verb.SetAction(result => GuestRunner.RunAsync(result, _options, body(result)));
        Add(verb);
        return verb;
    }

    private Func<Guest, Task> List(ParseResult result, Argument<string> path) => async guest =>
    {
        string top = result.GetRequiredValue(path);
        var nodes = new List<StoreNode>();
        await CollectAsync(guest.Store, top, nodes, depth: 0);
        if (result.GetValue(_options.Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(nodes, ToolJsonContext.Default.ListStoreNode));
            return;
        }

        foreach (StoreNode node in nodes)
        {
            Console.WriteLine($"{node.Path} = \"{node.Value}\"");
        }
    };

    private static async Task CollectAsync(XenStoreClient store, string path, List<StoreNode> nodes, int depth)
    {
        // A node that went away between the list and the read is left out: xenstore changes under every reader.
        byte[]? value = depth == 0 ? await store.ReadAsync(path) : await store.TryReadAsync(path);
        if (value is null)
        {
            return;
        }

        nodes.Add(new StoreNode(path, StoreValue.ToText(value)));
        IReadOnlyList<string> children = depth < MaxDepth ? await store.TryListAsync(path) ?? [] : [];
        foreach (string child in children.Order(StringComparer.Ordinal))
        {
            await CollectAsync(store, StorePath.Combine(path, child), nodes, depth + 1);
        }
    }

    private Func<Guest, Task> Read(ParseResult result, Argument<string> path) => async guest =>
    {
        string node = result.GetRequiredValue(path);
        string text = StoreValue.ToText(await guest.Store.ReadAsync(node));
        Console.WriteLine(result.GetValue(_options.Json) ? JsonSerializer.Serialize(new StoreNode(node, text), ToolJsonContext.Default.StoreNode) : text);
    };

    private static Func<Guest, Task> Write(ParseResult result, Argument<string> path, Argument<string> value) => async guest =>
        await guest.Store.WriteAsync(result.GetRequiredValue(path), result.GetRequiredValue(value));

    private static Func<Guest, Task> Remove(ParseResult result, Argument<string> path) => async guest =>
    {
        string node = result.GetRequiredValue(path);
        if (!await guest.Store.ExistsAsync(node))
        {
            throw new ToolException($"{node}: there is no such node.");
        }

        await guest.Store.RemoveAsync(node);
    };

    private static Func<Guest, Task> Watch(ParseResult result, Argument<string> path, Option<int> count) => async guest =>
    {
        await using StoreWatch watch = await guest.Store.WatchAsync(result.GetRequiredValue(path));
        for (int left = result.GetValue(count); left > 0; left--)
        {
            string changed = await watch.WaitAsync();
            byte[]? value = await guest.Store.TryReadAsync(changed);
            Console.WriteLine(value is null ? $"{changed} (no node)" : $"{changed} = \"{StoreValue.ToText(value)}\"");
        }
    };
}
