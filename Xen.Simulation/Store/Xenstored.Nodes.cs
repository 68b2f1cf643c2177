using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Xen.Platform;
using Xen.Rings;
using Xen.Store;

namespace Xen.Simulation;

/// <summary>The requests about nodes.</summary>
public sealed partial class Xenstored
{
    private XenErrno Look(XenstoredClient client, IStoreView view, XsdSockmsgType type, ReadOnlySpan<byte> payload, StoreAnswer reply)
    {
        var arguments = new List<string>();
        int expected = type == XsdSockmsgType.DirectoryPart ? 2 : 1;
        if (!TrySplit(payload, arguments) || arguments.Count != expected)
        {
            return XenErrno.EINVAL;
        }

        XenErrno error = FindNode(client, view, arguments[0], StoreAccessRights.Read, out _, out StoreNode? node);
        return error != XenErrno.None ? error : type switch
        {
            XsdSockmsgType.Read => Reply(reply, node!.Value),
            XsdSockmsgType.GetPerms => Reply(reply, Encoding.ASCII.GetBytes(string.Concat(node!.Permissions.Select(entry => $"{entry}\0")))),
            XsdSockmsgType.Directory => List(node!, reply),
            _ => ListPart(node!, arguments[1], reply),
        };
    }

    private XenErrno Change(XenstoredClient client, IStoreView view, XsdSockmsgType type, ReadOnlySpan<byte> payload, StoreAnswer reply)
    {
        int end = payload.IndexOf((byte)0);
        if (end < 0)
        {
            return XenErrno.EINVAL;
        }

        string path = Encoding.UTF8.GetString(payload[..end]);
        ReadOnlySpan<byte> rest = payload[(end + 1)..];
        XenErrno error = type switch
        {
            XsdSockmsgType.Write => Write(client, view, path, rest.ToArray()),
            XsdSockmsgType.Mkdir => rest.Length > 0 ? XenErrno.EINVAL : MakeDirectory(client, view, path),
            XsdSockmsgType.Rm => rest.Length > 0 ? XenErrno.EINVAL : Remove(client, view, path),
            _ => SetPermissions(client, view, path, rest),
        };
        if (error == XenErrno.None)
        {
            reply.Ok();
        }

        return error;
    }

    private XenErrno Write(XenstoredClient client, IStoreView view, string name, byte[] value)
    {
        XenErrno error = FindNode(client, view, name, StoreAccessRights.Write, out string path, out StoreNode? node);
        if (error == XenErrno.ENOENT)
        {
            return Make(client, view, path, value);
        }

        if (error != XenErrno.None)
        {
            return error;
        }

        StoreNode changed = node! with { Value = value };
        if (IsTooBig(client, changed))
        {
            return XenErrno.ENOSPC;
        }

        view.Put(path, changed);
        view.Record(new StoreChange(path, IsExact: false, default));
        return XenErrno.None;
    }

    private XenErrno MakeDirectory(XenstoredClient client, IStoreView view, string name)
    {
        XenErrno error = FindNode(client, view, name, StoreAccessRights.Write, out string path, out _);
        return error == XenErrno.ENOENT ? Make(client, view, path, []) : error;
    }

    // Makes a node and the parents that are missing; each gets its parent's permissions, and a guest owns what it makes.
    private XenErrno Make(XenstoredClient client, IStoreView view, string path, byte[] value)
    {
        var missing = new Stack<string>();
        string? existing = path;
        while (existing is not null && view.Find(existing) is null)
        {
            missing.Push(existing);
            existing = StorePath.Parent(existing);
        }

        StoreNode parent = view.Find(existing!)!;
        ImmutableArray<StorePermission> permissions = client.IsPrivileged
            ? parent.Permissions
            : parent.Permissions.SetItem(0, parent.Permissions[0] with { Domain = client.Domain });
        if (!client.IsPrivileged && view.CountOwnedBy(client.Domain.Value) + missing.Count > Quotas.Nodes)
        {
            return XenErrno.ENOSPC;
        }

        var nodes = new List<(string Path, StoreNode Node)>
        {
            (existing!, parent with { Children = parent.Children.Add(StorePath.Leaf(missing.Peek())) }),
        };
        while (missing.TryPop(out string? next))
        {
            ImmutableSortedSet<string> children = missing.TryPeek(out string? child) ? StoreNode.NoChildren.Add(StorePath.Leaf(child)) : StoreNode.NoChildren;
            nodes.Add((next, new StoreNode(next == path ? value : [], permissions, children, 0)));
        }

        if (nodes.Exists(made => IsTooBig(client, made.Node)))
        {
            return XenErrno.ENOSPC;
        }

        foreach ((string madePath, StoreNode node) in nodes)
        {
            view.Put(madePath, node);
        }

        view.Record(new StoreChange(path, IsExact: false, default));
        return XenErrno.None;
    }

    private XenErrno Remove(XenstoredClient client, IStoreView view, string name)
    {
        XenErrno error = FindNode(client, view, name, StoreAccessRights.Write, out string path, out StoreNode? node);
        if (error == XenErrno.ENOENT && StorePath.Parent(path) is { } parent && view.Find(parent) is not null)
        {
            return XenErrno.None;
        }

        if (error != XenErrno.None)
        {
            return error;
        }

        if (path == "/")
        {
            return XenErrno.EINVAL;
        }

        string above = StorePath.Parent(path)!;
        StoreNode aboveNode = view.Find(above)!;
        view.Put(above, aboveNode with { Children = aboveNode.Children.Remove(StorePath.Leaf(path)) });
        view.Record(new StoreChange(path, IsExact: false, node!.Permissions));
        DeleteBelow(view, path, node);
        view.Delete(path);
        return XenErrno.None;
    }

    private static void DeleteBelow(IStoreView view, string path, StoreNode node)
    {
        foreach (string child in node.Children)
        {
            string childPath = StorePath.Combine(path, child);
            StoreNode childNode = view.Find(childPath)!;
            view.Record(new StoreChange(childPath, IsExact: true, childNode.Permissions));
            DeleteBelow(view, childPath, childNode);
            view.Delete(childPath);
        }
    }

    private XenErrno SetPermissions(XenstoredClient client, IStoreView view, string name, ReadOnlySpan<byte> text)
    {
        var entries = new List<string>();
        ImmutableArray<StorePermission>.Builder permissions = ImmutableArray.CreateBuilder<StorePermission>();
        if (!TrySplit(text, entries))
        {
            return XenErrno.EINVAL;
        }

        foreach (string entry in entries)
        {
            if (!StorePermission.TryParse(Encoding.UTF8.GetBytes(entry), out StorePermission permission))
            {
                return XenErrno.EINVAL;
            }

            permissions.Add(permission);
        }

        if (!client.IsPrivileged && permissions.Count > Quotas.Permissions)
        {
            return XenErrno.ENOSPC;
        }

        return name.StartsWith('@')
            ? SetSpecialPermissions(client, name, permissions.ToImmutable())
            : SetNodePermissions(client, view, name, permissions.ToImmutable());
    }

    private XenErrno SetNodePermissions(XenstoredClient client, IStoreView view, string name, ImmutableArray<StorePermission> permissions)
    {
        XenErrno error = FindNode(client, view, name, StoreAccessRights.Write, out string path, out StoreNode? node);
        if (error != XenErrno.None)
        {
            return error;
        }

        if (!Rules(client, node!))
        {
            return XenErrno.EACCES;
        }

        if (!client.IsPrivileged && permissions[0].Domain != node!.Owner)
        {
            return XenErrno.EPERM;
        }

        view.Put(path, node! with { Permissions = permissions });
        view.Record(new StoreChange(path, IsExact: false, default));
        return XenErrno.None;
    }

    /// <summary>Finds a node for a request. What may not be seen is EACCES, also where there is nothing (xen-protocols 1.9).</summary>
    private XenErrno FindNode(
        XenstoredClient client, IStoreView view, string name, StoreAccessRights wanted, out string path, out StoreNode? node)
    {
        node = null;
        path = name.StartsWith('/') ? name : client.Home + name;
        if (name.StartsWith('@') || StorePath.Explain(name) is not null || StorePath.Explain(path) is not null
            || (!client.IsPrivileged && path.Length > Quotas.PathLength))
        {
            return XenErrno.EINVAL;
        }

        if (!client.IsPrivileged && view is XenstoredTransaction transaction && transaction.TouchedCount >= Quotas.TransactionNodes)
        {
            return XenErrno.ENOSPC;
        }

        node = view.Find(path);
        if (node is not null)
        {
            return May(client, node, wanted) ? XenErrno.None : XenErrno.EACCES;
        }

        return May(client, NearestAbove(view, path), wanted) ? XenErrno.ENOENT : XenErrno.EACCES;
    }

    private static StoreNode NearestAbove(IStoreView view, string path)
    {
        string above = StorePath.Parent(path)!;
        StoreNode? node = view.Find(above);
        while (node is null)
        {
            above = StorePath.Parent(above)!;
            node = view.Find(above);
        }

        return node;
    }

    private static bool Rules(XenstoredClient client, StoreNode node) =>
        client.IsPrivileged || node.Owner == client.Domain || node.Owner == client.Target;

    private static bool May(XenstoredClient client, StoreNode node, StoreAccessRights wanted)
    {
        StoreAccessRights rights = node.RightsOf(client.Domain) | (client.Target is { } target ? node.RightsOf(target) : StoreAccessRights.None);
        return Rules(client, node) || (rights & wanted) == wanted;
    }

    private bool IsTooBig(XenstoredClient client, StoreNode node) => !client.IsPrivileged && node.Bytes >= Quotas.NodeBytes;

    private static XenErrno Reply(StoreAnswer reply, byte[] bytes)
    {
        reply.Set(bytes);
        return XenErrno.None;
    }

    private static XenErrno List(StoreNode node, StoreAnswer reply) => node.ChildrenBytes > XsdSockmsg.PayloadMax
        ? XenErrno.E2BIG
        : Reply(reply, Encoding.UTF8.GetBytes(string.Concat(node.Children.Select(name => $"{name}\0"))));

    private static XenErrno ListPart(StoreNode node, string offsetText, StoreAnswer reply)
    {
        if (!StoreNumber.TryParse(Encoding.UTF8.GetBytes(offsetText), 0u, int.MaxValue, out uint offset))
        {
            return XenErrno.EINVAL;
        }

        byte[] all = Encoding.UTF8.GetBytes(string.Concat(node.Children.Select(name => $"{name}\0")));
        byte[] generation = Encoding.ASCII.GetBytes(node.Generation.ToString(CultureInfo.InvariantCulture) + '\0');
        int start = (int)Math.Min(offset, (uint)all.Length);
        int room = XsdSockmsg.PayloadMax - generation.Length - 1;
        int length = Math.Min(room, all.Length - start);
        // Whole names only; the last part ends with an empty one.
        bool isLast = start + length == all.Length;
        length = isLast ? length : all.AsSpan(start, length).LastIndexOf((byte)0) + 1;
        return Reply(reply, [.. generation, .. all.AsSpan(start, length), .. isLast ? "\0"u8 : default]);
    }
}
