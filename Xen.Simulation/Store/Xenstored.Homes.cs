using System.Collections.Immutable;
using System.Text;
using Xen.Platform;
using Xen.Store;

namespace Xen.Simulation;

/// <summary>What a host's toolstack writes for each domain that it builds.</summary>
public sealed partial class Xenstored
{
    private static readonly string[] ReadOnlyNodes = ["device", "control", "memory", "vm"];
    private static readonly string[] OwnNodes =
        ["data", "drivers", "feature", "attr", "error", "control/shutdown", "control/feature-poweroff", "control/feature-reboot", "control/feature-suspend", "device/suspend/event-channel"];

    /// <summary>Writes a domain's home, with the permissions that <c>xl</c> gives, and makes the domain known.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="name">Its name.</param>
    public void BuildHome(DomainId domain, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var builder = new XenstoredClient(this, DomainId.Zero);
        string home = $"/local/domain/{domain.Value}";
        var none = new StorePermission(DomainId.Zero, StoreAccessRights.None);
        ImmutableArray<StorePermission> readable = [none, new StorePermission(domain, StoreAccessRights.Read)];
        ImmutableArray<StorePermission> own = [new StorePermission(domain, StoreAccessRights.None)];
        Build(builder, home, "", readable);
        Build(builder, home + "/name", name, readable);
        Build(builder, home + "/domid", $"{domain.Value}", readable);
        Build(builder, home + "/control/platform-feature-xs_reset_watches", "1", readable);
        foreach (string node in ReadOnlyNodes)
        {
            Build(builder, $"{home}/{node}", "", readable);
        }

        foreach (string node in OwnNodes)
        {
            Build(builder, $"{home}/{node}", "", own);
        }

        FireChanges();
        Introduce(domain);
    }

    private void Build(XenstoredClient builder, string path, string value, ImmutableArray<StorePermission> permissions)
    {
        _ = Write(builder, _database, path, Encoding.UTF8.GetBytes(value));
        _ = SetNodePermissions(builder, _database, path, permissions);
    }
}
