using Xen.Platform;
using Xen.Store;

namespace Xen.Checks.Store;

/// <summary>A xenstore so simple that it can be seen to be right: nodes by path below one root. For one client that may do everything there.</summary>
internal sealed class StoreModel
{
    private readonly SortedDictionary<string, (string Value, string Permissions)> _nodes = new(StringComparer.Ordinal);
    private readonly string _inherited;

    public StoreModel(string inherited) => _inherited = inherited;

    private StoreModel(StoreModel other)
    {
        _inherited = other._inherited;
        foreach ((string path, (string, string) node) in other._nodes)
        {
            _nodes.Add(path, node);
        }
    }

    public StoreModel Copy() => new(this);

    public string? Read(string path) => _nodes.TryGetValue(path, out (string Value, string) node) ? node.Value : null;

    public string? Permissions(string path) => _nodes.TryGetValue(path, out (string, string Permissions) node) ? node.Permissions : null;

    public void Write(string path, string value)
    {
        Make(path);
        _nodes[path] = (value, _nodes[path].Permissions);
    }

    public void Make(string path)
    {
        if (_nodes.ContainsKey(path))
        {
            return;
        }

        string inherited = _inherited;
        if (path.Contains('/', StringComparison.Ordinal))
        {
            Make(StorePath.Parent(path)!);
            inherited = _nodes[StorePath.Parent(path)!].Permissions;
        }

        _nodes.Add(path, ("", inherited));
    }

    public XenErrno Remove(string path)
    {
        if (!_nodes.ContainsKey(path) && StorePath.Parent(path) is { } parent && !_nodes.ContainsKey(parent))
        {
            return XenErrno.ENOENT;
        }

        foreach (string below in _nodes.Keys.Where(other => StorePath.IsWithin(other, path)).ToArray())
        {
            _nodes.Remove(below);
        }

        return XenErrno.None;
    }

    public XenErrno SetPermissions(string path, string permissions)
    {
        if (!_nodes.TryGetValue(path, out (string Value, string) node))
        {
            return XenErrno.ENOENT;
        }

        _nodes[path] = (node.Value, permissions);
        return XenErrno.None;
    }

    /// <summary>The children, in order, as one text; <see langword="null"/> when there is no such node.</summary>
    public string? List(string path)
    {
        IEnumerable<string> children = _nodes.Keys.Where(other => StorePath.Parent(other) == path).Select(StorePath.Leaf);
        return _nodes.ContainsKey(path) ? string.Join(' ', children) : null;
    }
}
