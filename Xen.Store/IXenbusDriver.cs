namespace Xen.Store;

/// <summary>
/// What a front or back end does at each step of a connection. <see cref="XenbusConnection"/> calls these one at a time, in this order,
/// each but <see cref="RefreshAsync"/> at most once in the life of a connection, all on the guest's scheduler:
/// <see cref="PrepareAsync"/> → <see cref="PublishAsync"/> → <see cref="ConnectAsync"/> → <see cref="RefreshAsync"/>, any number of times →
/// <see cref="DrainAsync"/> → <see cref="ReleaseAsync"/>. Once prepare was called, drain and release are called, too, wherever it stopped.
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item>A front end: prepare reads what the back end offers and allocates rings, grants and ports; publish writes their keys; connect reads
/// what the back end is (sectors, features) and starts its loops.</item>
/// <item>A back end: prepare opens what it serves; publish writes what it offers; connect reads the front end's keys, maps the rings, binds
/// the port, writes what it is, and starts its loops.</item>
/// </list>
/// A step that throws ends the connection; the text goes to <c>error/…</c> in the store. For a breach by the other end throw
/// <see cref="XenbusConnection.Violation"/>; from a loop call <see cref="XenbusConnection.Fail"/>. A step returns soon after its token is cancelled.
/// </remarks>
public interface IXenbusDriver
{
    /// <summary>Makes rings, or what is offered, ready.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="cancellationToken">Cancelled when the connection is to close, or takes too long.</param>
    ValueTask PrepareAsync(XenbusConnection connection, CancellationToken cancellationToken);

    /// <summary>Writes the keys. Runs again when the transaction conflicts, so it does nothing else. The state is written with them.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="transaction">Where to write.</param>
    /// <param name="cancellationToken">Cancelled when the connection is to close, or takes too long.</param>
    ValueTask PublishAsync(XenbusConnection connection, StoreTransaction transaction, CancellationToken cancellationToken);

    /// <summary>Reads the other end's keys and starts.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="cancellationToken">Cancelled when the connection is to close, or takes too long.</param>
    ValueTask ConnectAsync(XenbusConnection connection, CancellationToken cancellationToken);

    /// <summary>For front ends: the back end wrote its state again while connected; its size, carrier or the like may have changed. May be spurious.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="cancellationToken">Cancelled when the connection is to close.</param>
    ValueTask RefreshAsync(XenbusConnection connection, CancellationToken cancellationToken);

    /// <summary>Refuses new work and waits for what is under way. The other end may be dead or hostile.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="cancellationToken">Cancelled when closing takes too long.</param>
    ValueTask DrainAsync(XenbusConnection connection, CancellationToken cancellationToken);

    /// <summary>
    /// Gives back rings, grants, mappings and ports; completes with an error whatever still waits. A front end's peer has let go by now unless it
    /// took too long; then the grant table keeps what is busy (R7).
    /// </summary>
    /// <param name="connection">The connection.</param>
    ValueTask ReleaseAsync(XenbusConnection connection);
}
