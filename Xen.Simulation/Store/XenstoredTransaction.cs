namespace Xen.Simulation;

/// <summary>
/// A transaction: remembers each node at first touch together with its generation, and keeps changes to itself. It can be committed when
/// every node that it touched is still of the generation that it saw.
/// </summary>
internal sealed class XenstoredTransaction(uint id, StoreDatabase database) : IStoreView
{
    private readonly SortedDictionary<string, Touched> _touched = new(StringComparer.Ordinal);
    private readonly List<StoreChange> _changes = [];

    public uint Id { get; } = id;

    public int TouchedCount => _touched.Count;

    public StoreNode? Find(string path) => Touch(path).Node;

    public void Put(string path, StoreNode node) => Change(path, node);

    public void Delete(string path) => Change(path, null);

    public void Record(StoreChange change) => _changes.Add(change);

    public int CountOwnedBy(ushort domain)
    {
        int count = database.CountOwnedBy(domain);
        foreach ((string path, Touched touched) in _touched)
        {
            count += Owns(touched.Node, domain) - Owns(database.Find(path), domain);
        }

        return count;
    }

    /// <summary>Carries the changes over. False when a node that was touched has changed since; then nothing happens.</summary>
    public bool TryCommit()
    {
        foreach ((string path, Touched touched) in _touched)
        {
            if (database.Find(path)?.Generation != touched.SeenGeneration)
            {
                return false;
            }
        }

        foreach ((string path, Touched touched) in _touched)
        {
            Apply(path, touched);
        }

        foreach (StoreChange change in _changes)
        {
            database.Record(change);
        }

        return true;
    }

    private static int Owns(StoreNode? node, ushort domain) => node?.Owner.Value == domain ? 1 : 0;

    private void Apply(string path, Touched touched)
    {
        if (!touched.IsChanged)
        {
            return;
        }

        if (touched.Node is null)
        {
            database.Delete(path);
        }
        else
        {
            database.Put(path, touched.Node);
        }
    }

    private void Change(string path, StoreNode? node)
    {
        Touched touched = Touch(path);
        touched.Node = node;
        touched.IsChanged = true;
    }

    private Touched Touch(string path)
    {
        if (!_touched.TryGetValue(path, out Touched? touched))
        {
            StoreNode? node = database.Find(path);
            touched = new Touched { Node = node, SeenGeneration = node?.Generation };
            _touched.Add(path, touched);
        }

        return touched;
    }

    private sealed class Touched
    {
        public required ulong? SeenGeneration { get; init; }

        public StoreNode? Node { get; set; }

        public bool IsChanged { get; set; }
    }
}
