namespace Xen.Simulation;

/// <summary>The store as one request sees it: as it is, or through a transaction.</summary>
internal interface IStoreView
{
    /// <summary>Finds a node; <see langword="null"/> when there is none.</summary>
    StoreNode? Find(string path);

    /// <summary>Writes or makes a node. It gets a new generation.</summary>
    void Put(string path, StoreNode node);

    /// <summary>Removes a node.</summary>
    void Delete(string path);

    /// <summary>Takes down a change for the watches.</summary>
    void Record(StoreChange change);

    /// <summary>How many nodes a domain owns.</summary>
    int CountOwnedBy(ushort domain);
}
