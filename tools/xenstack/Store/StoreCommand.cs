using System.CommandLine;
using Xen.Platform;
using Xen.Store;

namespace XenStack.Tool;

/// <summary><c>xenstack store</c>: looks into the guest's xenstore and changes it.</summary>
internal sealed class StoreCommand : Command
{
    private const int MaxDepth = 64;

    private readonly GlobalOptions _options;
    private readonly Argument<string> _path = new("path")
    {
        Description = "Absolute (/local/domain/1/name) or relative to the domain (name).",
        CustomParser = WordParser.Path,
    };

    private readonly Argument<string> _value = new("value") { Description = "The new value, as text." };
    private readonly Option<int> _count = new("--count")
    {
        Description = "Stop after this many events.",
        CustomParser = NumberParser.Between("--count", 1, int.MaxValue),
        DefaultValueFactory = _ => int.MaxValue,
    };

    public StoreCommand(GlobalOptions options)
        : base("store", "Look into the guest's xenstore and change it.")
    {
        _options = options;
        AddVerb(new Command("ls", "List a node and everything below it.") { _path }, ListAsync);
        AddVerb(new Command("read", "Print a node's value.") { _path }, ReadAsync);
        AddVerb(new Command("write", "Write a node's value; missing parents are made.") { _path, _value }, WriteAsync);
        AddVerb(new Command("rm", "Remove a node and everything below it.") { _path }, RemoveAsync);
        AddVerb(new Command("watch", "Print a path each time it may have changed: once at the start, then until interrupted.") { _path, _count }, WatchAsync);
    }

    private void AddVerb(Command verb, Func<ParseResult, XenStoreClient, CancellationToken, Task> body)
    {
        verb.SetAction(result => GuestRunner.RunAsync(result, _options, (guest, end) => body(result, guest.Store, end)));
        Add(verb);
    }

    private async Task ListAsync(ParseResult result, XenStoreClient store, CancellationToken end)
    {
        var nodes = new List<StoreNode>();
        string top = result.GetRequiredValue(_path);
        nodes.Add(new StoreNode(top, StoreValue.ToText(await store.ReadAsync(top, end))));
        await CollectChildrenAsync(store, top, nodes, depth: 1, end);
        if (result.GetValue(_options.Json))
        {
            ToolOutput.Json(nodes, ToolJsonContext.Default.ListStoreNode);
            return;
        }

        foreach (StoreNode node in nodes)
        {
            ToolOutput.Line(node.Value is { } value ? $"{node.Path} = \"{value}\"" : $"{node.Path} (not readable for this domain)");
        }
    }

    private static async Task CollectAsync(XenStoreClient store, string path, List<StoreNode> nodes, int depth, CancellationToken end)
    {
        try
        {
            // A node that went away between the list and the read is left out: xenstore changes under every reader.
            if (await store.TryReadAsync(path, end) is { } value)
            {
                nodes.Add(new StoreNode(path, StoreValue.ToText(value)));
                await CollectChildrenAsync(store, path, nodes, depth + 1, end);
            }
        }
        catch (XenException exception) when (exception.ErrorCode == XenErrno.EACCES)
        {
            // Another domain's: it is there, and what is below it is not for us.
            nodes.Add(new StoreNode(path, null));
        }
    }

    private static async Task CollectChildrenAsync(XenStoreClient store, string path, List<StoreNode> nodes, int depth, CancellationToken end)
    {
        IReadOnlyList<string> children = depth <= MaxDepth ? await store.TryListAsync(path, end) ?? [] : [];
        foreach (string child in children.Order(StringComparer.Ordinal))
        {
            await CollectAsync(store, StorePath.Combine(path, child), nodes, depth, end);
        }
    }

    private async Task ReadAsync(ParseResult result, XenStoreClient store, CancellationToken end)
    {
        string path = result.GetRequiredValue(_path);
        Report(result, path, StoreValue.ToText(await store.ReadAsync(path, end)));
    }

    private async Task WriteAsync(ParseResult result, XenStoreClient store, CancellationToken end)
    {
        string path = result.GetRequiredValue(_path);
        string value = result.GetRequiredValue(_value);
        await store.WriteAsync(path, value, end);
        if (result.GetValue(_options.Json))
        {
            Report(result, path, value);
        }
    }

    private async Task RemoveAsync(ParseResult result, XenStoreClient store, CancellationToken end)
    {
        string path = result.GetRequiredValue(_path);
        if (!await store.ExistsAsync(path, end))
        {
            throw new ToolException($"cannot remove {path}: there is no such node.");
        }

        await store.RemoveAsync(path, end);
        if (result.GetValue(_options.Json))
        {
            Report(result, path, null);
        }
    }

    private async Task WatchAsync(ParseResult result, XenStoreClient store, CancellationToken end)
    {
        await using StoreWatch watch = await store.WatchAsync(result.GetRequiredValue(_path), end);
        for (int left = result.GetValue(_count); left > 0; left--)
        {
            string changed = await watch.WaitAsync(end);
            string? value = await store.TryReadAsync(changed, end) is { } bytes ? StoreValue.ToText(bytes) : null;
            if (result.GetValue(_options.Json))
            {
                ToolOutput.Json(new StoreNode(changed, value), ToolLineContext.Default.StoreNode);
                continue;
            }

            ToolOutput.Line(value is null ? $"{changed} (no node)" : $"{changed} = \"{value}\"");
        }
    }

    private void Report(ParseResult result, string path, string? value)
    {
        if (result.GetValue(_options.Json))
        {
            ToolOutput.Json(new StoreNode(path, value), ToolJsonContext.Default.StoreNode);
            return;
        }

        ToolOutput.Line(value ?? "");
    }
}
