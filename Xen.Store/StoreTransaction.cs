namespace Xen.Store;

/// <summary>
/// A transaction under way: sees the store as it was plus its own changes; nobody sees those before it is committed. Given to the body of
/// <see cref="XenStoreClient.TransactionAsync(Func{StoreTransaction, ValueTask}, CancellationToken)"/> and of no use after it.
/// </summary>
public sealed class StoreTransaction : StoreAccess
{
    internal StoreTransaction(StoreConnection connection, uint id)
        : base(connection, id) =>
        Id = id;

    internal uint Id { get; }
}
