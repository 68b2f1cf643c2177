using System.Collections.Immutable;
using Xen.Platform;
using Xen.Rings;
using Xen.Store;

namespace Xen.Simulation;

/// <summary>The requests about watches, and their events.</summary>
public sealed partial class Xenstored
{
    private const string IntroduceDomain = "@introduceDomain";
    private const string ReleaseDomain = "@releaseDomain";

    private readonly SortedDictionary<string, StoreNode> _special = new(StringComparer.Ordinal)
    {
        [IntroduceDomain] = new StoreNode([], [new StorePermission(DomainId.Zero, StoreAccessRights.None)], StoreNode.NoChildren, 0),
        [ReleaseDomain] = new StoreNode([], [new StorePermission(DomainId.Zero, StoreAccessRights.None)], StoreNode.NoChildren, 0),
    };

    private XenErrno HandleWatch(XenstoredClient client, XsdSockmsgType type, ReadOnlySpan<byte> payload, StoreAnswer reply)
    {
        var arguments = new List<string>();
        if (!TrySplit(payload, arguments) || arguments.Count != 2)
        {
            return XenErrno.EINVAL;
        }

        XenErrno error = MakeWatch(client, arguments[0], arguments[1], out XenstoredWatch watch);
        if (error != XenErrno.None)
        {
            return error;
        }

        if (type == XsdSockmsgType.Unwatch)
        {
            reply.Ok();
            return client.Watches.Remove(watch) ? XenErrno.None : XenErrno.ENOENT;
        }

        return AddWatch(client, watch, reply);
    }

    private XenErrno AddWatch(XenstoredClient client, XenstoredWatch watch, StoreAnswer reply)
    {
        if (_special.TryGetValue(watch.Path, out StoreNode? special) && !May(client, special, StoreAccessRights.Read))
        {
            return XenErrno.EACCES;
        }

        if (client.Watches.Contains(watch))
        {
            return XenErrno.EEXIST;
        }

        if (!client.IsPrivileged && client.Watches.Count >= Quotas.Watches)
        {
            return XenErrno.E2BIG;
        }

        client.Watches.Add(watch);
        reply.Ok();
        reply.After = () => client.SendEvent(watch, watch.Path);
        return XenErrno.None;
    }

    private XenErrno MakeWatch(XenstoredClient client, string name, string token, out XenstoredWatch watch)
    {
        bool isAbsolute = name.StartsWith('/') || name.StartsWith('@');
        string home = isAbsolute ? "" : client.Home;
        watch = new XenstoredWatch(home + name, home, token);
        bool isKnown = name.StartsWith('@') ? _special.ContainsKey(name) : StorePath.Explain(name) is null && StorePath.Explain(watch.Path) is null;
        return isKnown ? XenErrno.None : XenErrno.EINVAL;
    }

    private static XenErrno ResetWatches(XenstoredClient client, StoreAnswer reply)
    {
        client.Watches.Clear();
        client.Transactions.Clear();
        reply.Ok();
        return XenErrno.None;
    }

    private XenErrno SetSpecialPermissions(XenstoredClient client, string name, ImmutableArray<StorePermission> permissions)
    {
        if (!client.IsPrivileged)
        {
            return XenErrno.EACCES;
        }

        if (!_special.TryGetValue(name, out StoreNode? node))
        {
            return XenErrno.EINVAL;
        }

        _special[name] = node with { Permissions = permissions };
        return XenErrno.None;
    }

    private void FireChanges()
    {
        foreach (StoreChange change in _database.TakeChanges())
        {
            Fire(change);
        }
    }

    private void Fire(StoreChange change)
    {
        foreach (XenstoredClient client in _clients.ToArray())
        {
            if (!MayHearOf(client, change))
            {
                continue;
            }

            foreach (XenstoredWatch watch in client.Watches.ToArray())
            {
                bool concerns = change.IsExact ? change.Path == watch.Path : StorePath.IsWithin(change.Path, watch.Path);
                if (concerns)
                {
                    client.SendEvent(watch, change.Path);
                }
            }
        }
    }

    // Who may read a node, or list the one above it, hears of its changes (XSA-115).
    private bool MayHearOf(XenstoredClient client, StoreChange change)
    {
        StoreNode? node = change.Permissions.IsDefault ? _database.Find(change.Path) : new StoreNode([], change.Permissions, StoreNode.NoChildren, 0);
        if (node is not null && May(client, node, StoreAccessRights.Read))
        {
            return true;
        }

        return StorePath.Parent(change.Path) is not null && May(client, NearestAbove(_database, change.Path), StoreAccessRights.Read);
    }

    private void FireSpecial(string name)
    {
        StoreNode special = _special[name];
        foreach (XenstoredClient client in _clients.ToArray())
        {
            foreach (XenstoredWatch watch in client.Watches.ToArray())
            {
                if (watch.Path == name && May(client, special, StoreAccessRights.Read))
                {
                    client.SendEvent(watch, name);
                }
            }
        }
    }
}
