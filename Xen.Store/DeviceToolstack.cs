using System.Globalization;
using Xen.Platform;
using Xen.Rings;

namespace Xen.Store;

/// <summary>
/// Gives devices to domains and takes them away, as <c>xl</c> does: writes both nodes with their permissions in one transaction
/// (xen-protocols 1.10 to 1.12). For a privileged domain.
/// </summary>
/// <param name="store">A privileged domain's store.</param>
/// <param name="timeProvider">The time, for the wait in <see cref="RemoveAsync"/>.</param>
public sealed class DeviceToolstack(XenStoreClient store, TimeProvider timeProvider)
{
    private const string Homes = "/local/domain";

    /// <summary>Adds a device.</summary>
    /// <param name="configuration">Its description.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Where it is.</returns>
    /// <exception cref="XenException">There is such a device already (<see cref="XenErrno.EEXIST"/>), or the store refused.</exception>
    public async ValueTask<DevicePaths> AddAsync(DeviceConfiguration configuration, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        string id = configuration.Id.ToString(CultureInfo.InvariantCulture);
        var paths = new DevicePaths(
            $"{Homes}/{configuration.Guest.Value}/device/{configuration.FrontendType}/{id}",
            $"{Homes}/{configuration.Backend.Value}/backend/{configuration.BackendType}/{configuration.Guest.Value}/{id}");
        await store.TransactionAsync(transaction => WriteAsync(transaction, configuration, paths, cancellationToken), cancellationToken);
        return paths;
    }

    /// <summary>
    /// Takes a device away in good order: asks both ends to close, waits until the back end has, then removes both nodes. An end that does not
    /// answer loses its node all the same.
    /// </summary>
    /// <param name="paths">Where it is.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait; then the nodes stay.</param>
    /// <returns>False when the back end did not close in time.</returns>
    public async ValueTask<bool> RemoveAsync(DevicePaths paths, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        string state = StorePath.Combine(paths.Backend, "state");
        bool isClosing = await store.TransactionAsync(transaction => BeginRemovalAsync(transaction, paths, cancellationToken), cancellationToken);
        bool isClosed = !isClosing || await WaitForCloseAsync(state, timeout, cancellationToken);
        await DestroyAsync(paths, cancellationToken);
        return isClosed;
    }

    /// <summary>Removes both nodes at once, without asking either end.</summary>
    /// <param name="paths">Where the device is.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask DestroyAsync(DevicePaths paths, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        await store.TransactionAsync(
            async transaction =>
            {
                await RemoveWithEmptyFoldersAsync(transaction, paths.Frontend, cancellationToken);
                await RemoveWithEmptyFoldersAsync(transaction, paths.Backend, cancellationToken);
            },
            cancellationToken);
    }

    private static async ValueTask WriteAsync(
        StoreTransaction transaction, DeviceConfiguration configuration, DevicePaths paths, CancellationToken cancellationToken)
    {
        if (await transaction.ExistsAsync(paths.Frontend, cancellationToken) || await transaction.ExistsAsync(paths.Backend, cancellationToken))
        {
            throw new XenException(XenErrno.EEXIST, $"add {paths.Frontend}", "there is such a device already; remove it first");
        }

        List<KeyValuePair<string, string>> frontend =
        [
            new("backend", paths.Backend),
            new("backend-id", configuration.Backend.Value.ToString(CultureInfo.InvariantCulture)),
            new("trusted", configuration.IsBackendTrusted ? "1" : "0"),
        ];
        List<KeyValuePair<string, string>> backend =
        [
            new("frontend", paths.Frontend),
            new("frontend-id", configuration.Guest.Value.ToString(CultureInfo.InvariantCulture)),
            new("online", "1"),
        ];
        configuration.AddKeys(frontend, backend);
        backend.AddRange(configuration.BackendKeys);
        // Each end owns its node and may read the other's; what is written below inherits that.
        await WriteNodeAsync(transaction, paths.Backend, configuration.Backend, configuration.Guest, backend, cancellationToken);
        await WriteNodeAsync(transaction, paths.Frontend, configuration.Guest, configuration.Backend, frontend, cancellationToken);
    }

    private static async ValueTask WriteNodeAsync(
        StoreTransaction transaction,
        string path,
        DomainId owner,
        DomainId reader,
        List<KeyValuePair<string, string>> keys,
        CancellationToken cancellationToken)
    {
        await transaction.MakeDirectoryAsync(path, cancellationToken);
        await transaction.SetPermissionsAsync(
            path, [new StorePermission(owner, StoreAccessRights.None), new StorePermission(reader, StoreAccessRights.Read)], cancellationToken);
        foreach ((string name, string value) in keys)
        {
            await transaction.WriteAsync(StorePath.Combine(path, name), value, cancellationToken);
        }

        // Last: whoever sees a state sees the rest.
        await transaction.WriteAsync(StorePath.Combine(path, "state"), XenbusStateText.Format(XenbusState.Initialising), cancellationToken);
    }

    private static async ValueTask<bool> BeginRemovalAsync(StoreTransaction transaction, DevicePaths paths, CancellationToken cancellationToken)
    {
        string state = StorePath.Combine(paths.Backend, "state");
        byte[]? value = await transaction.TryReadAsync(state, cancellationToken);
        if (value is null || XenbusStateText.Parse(value) is XenbusState.Closed or XenbusState.Unknown)
        {
            return false;
        }

        await transaction.WriteAsync(StorePath.Combine(paths.Backend, "online"), "0", cancellationToken);
        await transaction.WriteAsync(state, XenbusStateText.Format(XenbusState.Closing), cancellationToken);
        return true;
    }

    private async ValueTask<bool> WaitForCloseAsync(string state, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // Linux removes its back end's node itself.
            await store.WaitForAsync(state, value => value is null or "6", either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    // The folders that were made for the node go with it, as xl does it: what is left in the store is what is there.
    private static async ValueTask RemoveWithEmptyFoldersAsync(StoreTransaction transaction, string path, CancellationToken cancellationToken)
    {
        await transaction.TryRemoveAsync(path, cancellationToken);
        for (string folder = StorePath.Parent(path)!; StorePath.Parent(folder) != Homes; folder = StorePath.Parent(folder)!)
        {
            if (await transaction.TryListAsync(folder, cancellationToken) is not { Count: 0 })
            {
                return;
            }

            await transaction.TryRemoveAsync(folder, cancellationToken);
        }
    }
}
