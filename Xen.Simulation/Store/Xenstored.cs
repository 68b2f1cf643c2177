using System.Globalization;
using System.Text;
using Xen.Platform;
using Xen.Rings;
using Xen.Store;

namespace Xen.Simulation;

/// <summary>
/// A xenstore daemon without I/O: requests in, replies and watch events out (xen-protocols 1.9). Written from the protocol, not from the
/// client: they share only the wire structures.
/// </summary>
public sealed partial class Xenstored
{
    private readonly StoreDatabase _database = new();
    private readonly List<XenstoredClient> _clients = [];
    private uint _lastTransaction;

    /// <summary>Makes a daemon with an empty store.</summary>
    /// <param name="quotas">What unprivileged domains may have; the defaults of Xen's daemon when left out.</param>
    public Xenstored(XenstoredQuotas? quotas = null)
    {
        Quotas = quotas ?? new XenstoredQuotas();
        _introduced.Add(DomainId.Zero);
    }

    /// <summary>What unprivileged domains may have.</summary>
    public XenstoredQuotas Quotas { get; }

    /// <summary>How many transactions are under way.</summary>
    public int TransactionCount => _clients.Sum(client => client.TransactionCount);

    /// <summary>How many watches there are.</summary>
    public int WatchCount => _clients.Sum(client => client.WatchCount);

    /// <summary>Takes a connection in: a domain's ring, or a further one like those of a socket.</summary>
    /// <param name="domain">Whose. Domain 0 is privileged.</param>
    public XenstoredClient Connect(DomainId domain)
    {
        var client = new XenstoredClient(this, domain);
        _clients.Add(client);
        return client;
    }

    /// <summary>Ends a connection: its watches and transactions are gone. Idempotent.</summary>
    /// <param name="client">The connection.</param>
    public void Disconnect(XenstoredClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        if (_clients.Remove(client))
        {
            client.Close();
        }
    }

    internal void Handle(XenstoredClient client, in XsdSockmsg request, ReadOnlySpan<byte> payload)
    {
        var reply = new StoreAnswer();
        XenErrno error = Carry(client, request, payload, reply);
        if (error == XenErrno.None)
        {
            client.SendReply(request, (XsdSockmsgType)request.Type, reply.Bytes);
        }
        else
        {
            client.SendReply(request, XsdSockmsgType.Error, Encoding.ASCII.GetBytes(StoreErrorName.Format(error) + '\0'));
        }

        // After the reply: an event tells of something that has happened.
        reply.After?.Invoke();
        FireChanges();
    }

    private XenErrno Carry(XenstoredClient client, in XsdSockmsg request, ReadOnlySpan<byte> payload, StoreAnswer reply)
    {
        var type = (XsdSockmsgType)request.Type;
        IStoreView view = _database;
        bool isOutside = type is XsdSockmsgType.Watch or XsdSockmsgType.Unwatch or XsdSockmsgType.ResetWatches or XsdSockmsgType.TransactionStart;
        if (request.TxId != 0 && !isOutside)
        {
            if (!client.Transactions.TryGetValue(request.TxId, out XenstoredTransaction? transaction))
            {
                return XenErrno.ENOENT;
            }

            view = transaction;
        }

        return type switch
        {
            XsdSockmsgType.Read or XsdSockmsgType.Directory or XsdSockmsgType.GetPerms or XsdSockmsgType.DirectoryPart => Look(client, view, type, payload, reply),
            XsdSockmsgType.Write or XsdSockmsgType.Mkdir or XsdSockmsgType.Rm or XsdSockmsgType.SetPerms => Change(client, view, type, payload, reply),
            XsdSockmsgType.TransactionStart => StartTransaction(client, request.TxId, reply),
            XsdSockmsgType.TransactionEnd => EndTransaction(client, request.TxId, payload, reply),
            XsdSockmsgType.Watch or XsdSockmsgType.Unwatch => HandleWatch(client, type, payload, reply),
            XsdSockmsgType.ResetWatches => ResetWatches(client, reply),
            _ => HandleDomain(client, type, payload, reply),
        };
    }

    private XenErrno StartTransaction(XenstoredClient client, uint outer, StoreAnswer reply)
    {
        if (outer != 0)
        {
            return XenErrno.EBUSY;
        }

        if (!client.IsPrivileged && client.Transactions.Count >= Quotas.Transactions)
        {
            return XenErrno.ENOSPC;
        }

        do
        {
            _lastTransaction++;
        }
        while (_lastTransaction == 0 || client.Transactions.ContainsKey(_lastTransaction));

        client.Transactions.Add(_lastTransaction, new XenstoredTransaction(_lastTransaction, _database));
        reply.Set(Encoding.ASCII.GetBytes(_lastTransaction.ToString(CultureInfo.InvariantCulture) + '\0'));
        return XenErrno.None;
    }

    private static XenErrno EndTransaction(XenstoredClient client, uint id, ReadOnlySpan<byte> payload, StoreAnswer reply)
    {
        bool commits = payload.SequenceEqual("T\0"u8);
        if (!commits && !payload.SequenceEqual("F\0"u8))
        {
            return XenErrno.EINVAL;
        }

        if (!client.Transactions.Remove(id, out XenstoredTransaction? transaction))
        {
            return XenErrno.ENOENT;
        }

        if (commits && !transaction.TryCommit())
        {
            return XenErrno.EAGAIN;
        }

        reply.Ok();
        return XenErrno.None;
    }

    private static bool TrySplit(ReadOnlySpan<byte> payload, List<string> parts)
    {
        while (payload.Length > 0)
        {
            int end = payload.IndexOf((byte)0);
            if (end < 0)
            {
                return false;
            }

            parts.Add(Encoding.UTF8.GetString(payload[..end]));
            payload = payload[(end + 1)..];
        }

        return parts.Count > 0;
    }
}
