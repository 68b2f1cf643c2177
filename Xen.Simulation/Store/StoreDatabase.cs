using System.Collections.Immutable;
using Xen.Platform;
using Xen.Store;

namespace Xen.Simulation;

/// <summary>All nodes by path. A child's name stands in its parent, so making or removing a node changes the parent, too.</summary>
internal sealed class StoreDatabase : IStoreView
{
    private readonly Dictionary<string, StoreNode> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<ushort, int> _owned = [];
    private readonly List<StoreChange> _changes = [];
    private ulong _generation;

    public StoreDatabase()
    {
        ImmutableArray<StorePermission> permissions = [new StorePermission(DomainId.Zero, StoreAccessRights.Read)];
        Put("/", new StoreNode([], permissions, StoreNode.NoChildren, 0));
    }

    public StoreNode? Find(string path) => _nodes.GetValueOrDefault(path);

    public void Put(string path, StoreNode node)
    {
        Uncount(path);
        _nodes[path] = node with { Generation = ++_generation };
        _owned[node.Owner.Value] = CountOwnedBy(node.Owner.Value) + 1;
    }

    public void Delete(string path)
    {
        Uncount(path);
        _nodes.Remove(path);
    }

    public void Record(StoreChange change) => _changes.Add(change);

    public int CountOwnedBy(ushort domain) => _owned.GetValueOrDefault(domain);

    public StoreChange[] TakeChanges()
    {
        StoreChange[] changes = [.. _changes];
        _changes.Clear();
        return changes;
    }

    private void Uncount(string path)
    {
        if (_nodes.TryGetValue(path, out StoreNode? old))
        {
            _owned[old.Owner.Value]--;
        }
    }
}
