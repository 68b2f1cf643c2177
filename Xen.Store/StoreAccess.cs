using System.Globalization;
using System.Text;
using Xen.Platform;
using Xen.Rings;

namespace Xen.Store;

/// <summary>
/// The operations on nodes, outside (<see cref="XenStoreClient"/>) or inside (<see cref="StoreTransaction"/>) a transaction.
/// A path that begins with <c>/</c> is absolute, any other is relative to this domain's home.
/// </summary>
/// <remarks>
/// A refused operation throws <see cref="XenException"/> with xenstore's error: <see cref="XenErrno.ENOENT"/> no such node,
/// <see cref="XenErrno.EACCES"/> no right, <see cref="XenErrno.ENOSPC"/> a quota is used up, <see cref="XenErrno.ENOTCONN"/> or
/// <see cref="XenErrno.EIO"/> the connection is over. A path that breaks the rules of <see cref="StorePath"/> throws
/// <see cref="ArgumentException"/> and is not sent. A cancelled operation may still be carried out by the daemon.
/// </remarks>
public abstract class StoreAccess
{
    // So often a long list may change while it is read in parts.
    private const int MaxListRestarts = 16;

    private readonly uint _transactionId;

    private protected StoreAccess(StoreConnection connection, uint transactionId)
    {
        Connection = connection;
        _transactionId = transactionId;
    }

    private protected StoreConnection Connection { get; }

    /// <summary>Reads a node's value.</summary>
    /// <param name="path">The node.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The bytes; empty when the node has no value.</returns>
    /// <exception cref="XenException">There is no such node (<see cref="XenErrno.ENOENT"/>), or see the remarks.</exception>
    public async ValueTask<byte[]> ReadAsync(string path, CancellationToken cancellationToken = default) =>
        await CallAsync(XsdSockmsgType.Read, path, cancellationToken);

    /// <summary>Reads a node's value, if there is such a node.</summary>
    /// <param name="path">The node.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The bytes, or <see langword="null"/> when there is no such node.</returns>
    public async ValueTask<byte[]?> TryReadAsync(string path, CancellationToken cancellationToken = default)
    {
        (XenErrno error, byte[] payload) = await TryCallAsync(XsdSockmsgType.Read, path, cancellationToken);
        return error switch
        {
            XenErrno.None => payload,
            XenErrno.ENOENT => null,
            _ => throw Refused(error, XsdSockmsgType.Read, path),
        };
    }

    /// <summary>Reads a node's value as UTF-8.</summary>
    /// <param name="path">The node.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="XenException">There is no such node (<see cref="XenErrno.ENOENT"/>), or see the remarks.</exception>
    public async ValueTask<string> ReadTextAsync(string path, CancellationToken cancellationToken = default) =>
        Encoding.UTF8.GetString(await ReadAsync(path, cancellationToken));

    /// <summary>Reads a node's value as UTF-8, if there is such a node.</summary>
    /// <param name="path">The node.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The text, or <see langword="null"/> when there is no such node.</returns>
    public async ValueTask<string?> TryReadTextAsync(string path, CancellationToken cancellationToken = default) =>
        await TryReadAsync(path, cancellationToken) is { } value ? Encoding.UTF8.GetString(value) : null;

    /// <summary>Writes a node's value. Makes the node and its parents where they are missing.</summary>
    /// <param name="path">The node.</param>
    /// <param name="value">Any bytes; the daemon's quota is 2,048 by default.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask WriteAsync(string path, ReadOnlyMemory<byte> value, CancellationToken cancellationToken = default)
    {
        StorePath.Check(path);
        StoreRequest request = Rent(XsdSockmsgType.Write, path).AppendString(path).AppendBytes(value.Span);
        await CallAsync(request, path, cancellationToken);
    }

    /// <summary>Writes a node's value as UTF-8. Makes the node and its parents where they are missing.</summary>
    /// <param name="path">The node.</param>
    /// <param name="value">The text.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask WriteAsync(string path, string value, CancellationToken cancellationToken = default) =>
        WriteAsync(path, Encoding.UTF8.GetBytes(value), cancellationToken);

    /// <summary>Lists the names of a node's children, however many there are.</summary>
    /// <param name="path">The node.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The last part of each child's path, in the daemon's order.</returns>
    /// <exception cref="XenException">There is no such node (<see cref="XenErrno.ENOENT"/>), or see the remarks.</exception>
    public async ValueTask<IReadOnlyList<string>> ListAsync(string path, CancellationToken cancellationToken = default) =>
        await TryListAsync(path, cancellationToken) ?? throw Refused(XenErrno.ENOENT, XsdSockmsgType.Directory, path);

    /// <summary>Lists the names of a node's children, if there is such a node.</summary>
    /// <param name="path">The node.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The last part of each child's path, or <see langword="null"/> when there is no such node.</returns>
    public async ValueTask<IReadOnlyList<string>?> TryListAsync(string path, CancellationToken cancellationToken = default)
    {
        (XenErrno error, byte[] payload) = await TryCallAsync(XsdSockmsgType.Directory, path, cancellationToken);
        return error switch
        {
            XenErrno.None => Split(payload, XsdSockmsgType.Directory, path),
            XenErrno.ENOENT => null,
            XenErrno.E2BIG => await ListInPartsAsync(path, cancellationToken),
            _ => throw Refused(error, XsdSockmsgType.Directory, path),
        };
    }

    /// <summary>True when there is such a node.</summary>
    /// <param name="path">The node.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<bool> ExistsAsync(string path, CancellationToken cancellationToken = default) =>
        await TryReadAsync(path, cancellationToken) is not null;

    /// <summary>Makes a node without a value, and its parents. One that exists stays as it is.</summary>
    /// <param name="path">The node.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask MakeDirectoryAsync(string path, CancellationToken cancellationToken = default) =>
        await CallAsync(XsdSockmsgType.Mkdir, path, cancellationToken);

    /// <summary>Removes a node and all below it. It is no error when the node is missing but its parent is there.</summary>
    /// <param name="path">The node.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask RemoveAsync(string path, CancellationToken cancellationToken = default) =>
        await CallAsync(XsdSockmsgType.Rm, path, cancellationToken);

    /// <summary>Removes a node and all below it, if it is there.</summary>
    /// <param name="path">The node.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when not even its parent was there.</returns>
    public async ValueTask<bool> TryRemoveAsync(string path, CancellationToken cancellationToken = default)
    {
        (XenErrno error, _) = await TryCallAsync(XsdSockmsgType.Rm, path, cancellationToken);
        return error switch
        {
            XenErrno.None => true,
            XenErrno.ENOENT => false,
            _ => throw Refused(error, XsdSockmsgType.Rm, path),
        };
    }

    /// <summary>Reads a node's permissions.</summary>
    /// <param name="path">The node.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The owner's entry first.</returns>
    public async ValueTask<IReadOnlyList<StorePermission>> GetPermissionsAsync(string path, CancellationToken cancellationToken = default)
    {
        byte[] payload = await CallAsync(XsdSockmsgType.GetPerms, path, cancellationToken);
        var permissions = new List<StorePermission>();
        foreach (string text in Split(payload, XsdSockmsgType.GetPerms, path))
        {
            permissions.Add(StorePermission.TryParse(Encoding.UTF8.GetBytes(text), out StorePermission permission)
                ? permission
                : throw Connection.FailProtocol($"\"{text}\" is no permission (of {path}): a letter of nrwb and a domain's number are expected"));
        }

        return permissions;
    }

    /// <summary>Writes a node's permissions.</summary>
    /// <param name="path">The node.</param>
    /// <param name="permissions">The owner's entry first; at least one, at most 5 by the daemon's default quota.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask SetPermissionsAsync(string path, IReadOnlyList<StorePermission> permissions, CancellationToken cancellationToken = default)
    {
        StorePath.Check(path);
        ArgumentNullException.ThrowIfNull(permissions);
        ArgumentOutOfRangeException.ThrowIfZero(permissions.Count, nameof(permissions));
        StoreRequest request = Rent(XsdSockmsgType.SetPerms, path).AppendString(path);
        foreach (StorePermission permission in permissions)
        {
            request.AppendString(permission.ToString());
        }

        await CallAsync(request, path, cancellationToken);
    }

    private protected StoreRequest Rent(XsdSockmsgType type, string subject) => Connection.Rent(type, _transactionId, subject);

    private protected async ValueTask<byte[]> CallAsync(XsdSockmsgType type, string path, CancellationToken cancellationToken)
    {
        StorePath.Check(path);
        return await CallAsync(Rent(type, path).AppendString(path), path, cancellationToken);
    }

    private protected async ValueTask<byte[]> CallAsync(StoreRequest request, string subject, CancellationToken cancellationToken)
    {
        XsdSockmsgType type = request.Type;
        StoreReply reply = await Connection.CallAsync(request, cancellationToken);
        return reply.Type == type ? reply.Payload : throw Refused(ErrorOf(reply), type, subject);
    }

    private protected XenException Refused(XenErrno error, XsdSockmsgType type, string subject)
    {
        string operation = _transactionId == 0 ? $"xenstore {type} {subject}" : $"xenstore {type} {subject} (transaction {_transactionId})";
        return StoreHint.For(error, type) is { } hint ? new XenException(error, operation, hint) : new XenException(error, operation);
    }

    private async ValueTask<(XenErrno Error, byte[] Payload)> TryCallAsync(XsdSockmsgType type, string path, CancellationToken cancellationToken)
    {
        StorePath.Check(path);
        StoreReply reply = await Connection.CallAsync(Rent(type, path).AppendString(path), cancellationToken);
        return reply.Type == type ? (XenErrno.None, reply.Payload) : (ErrorOf(reply), reply.Payload);
    }

    private static XenErrno ErrorOf(in StoreReply reply) => StoreErrorName.Parse(StoreText.WithoutNul(reply.Payload));

    private async ValueTask<IReadOnlyList<string>> ListInPartsAsync(string path, CancellationToken cancellationToken)
    {
        for (int attempt = 0; attempt < MaxListRestarts; attempt++)
        {
            var list = new StorePartialList();
            while (!list.IsComplete)
            {
                StoreRequest request = Rent(XsdSockmsgType.DirectoryPart, path).AppendString(path).AppendString(list.Offset.ToString(CultureInfo.InvariantCulture));
                byte[] part = await CallAsync(request, path, cancellationToken);
                if (!list.TryAppend(part))
                {
                    break;
                }
            }

            if (list.IsComplete)
            {
                return Split(list.Bytes, XsdSockmsgType.DirectoryPart, path);
            }
        }

        throw new XenException(XenErrno.EAGAIN, $"xenstore {XsdSockmsgType.DirectoryPart} {path}", $"the list changed {MaxListRestarts} times while it was read");
    }

    private List<string> Split(ReadOnlySpan<byte> payload, XsdSockmsgType type, string path)
    {
        var parts = new List<string>();
        return StoreText.TrySplit(payload, parts) ? parts : throw Connection.FailProtocol($"the reply to {type} {path} does not end with a NUL");
    }
}
