using System.Text;
using Xen.Platform;
using Xen.Rings;

namespace Xen.Simulation;

/// <summary>The requests about domains.</summary>
public sealed partial class Xenstored
{
    private readonly SortedSet<DomainId> _introduced = [];

    /// <summary>
    /// Called when a toolstack introduces a domain: with the frame that it shares with the daemon and its event channel. The host connects the
    /// ring and says whether it could.
    /// </summary>
    public Func<DomainId, ulong, uint, bool>? Attach { get; set; }

    /// <summary>Makes the domain known without a ring, as a host does for a domain that it builds itself.</summary>
    /// <param name="domain">The domain.</param>
    public void Introduce(DomainId domain)
    {
        if (_introduced.Add(domain))
        {
            FireSpecial(IntroduceDomain);
        }
    }

    /// <summary>Forgets a domain: its connections end. Its nodes stay, they are the toolstack's to remove.</summary>
    /// <param name="domain">The domain.</param>
    public void Release(DomainId domain)
    {
        if (!_introduced.Remove(domain))
        {
            return;
        }

        foreach (XenstoredClient client in _clients.Where(client => client.Domain == domain).ToArray())
        {
            Disconnect(client);
        }

        FireSpecial(ReleaseDomain);
    }

    private XenErrno HandleDomain(XenstoredClient client, XsdSockmsgType type, ReadOnlySpan<byte> payload, StoreAnswer reply)
    {
        var arguments = new List<string>();
        int expected = type switch
        {
            XsdSockmsgType.GetDomainPath or XsdSockmsgType.IsDomainIntroduced or XsdSockmsgType.Release or XsdSockmsgType.Resume => 1,
            XsdSockmsgType.SetTarget => 2,
            XsdSockmsgType.Introduce => 3,
            _ => 0,
        };
        if (expected == 0)
        {
            return type == XsdSockmsgType.Control && !client.IsPrivileged ? XenErrno.EACCES : XenErrno.ENOSYS;
        }

        bool isQuestion = type is XsdSockmsgType.GetDomainPath or XsdSockmsgType.IsDomainIntroduced;
        if (!isQuestion && !client.IsPrivileged)
        {
            return XenErrno.EACCES;
        }

        if (!TrySplit(payload, arguments) || arguments.Count != expected || !TryParseDomain(arguments[0], out DomainId domain))
        {
            return XenErrno.EINVAL;
        }

        return Carry(type, domain, arguments, reply);
    }

    private XenErrno Carry(XsdSockmsgType type, DomainId domain, List<string> arguments, StoreAnswer reply)
    {
        reply.Ok();
        switch (type)
        {
            case XsdSockmsgType.GetDomainPath:
                return Reply(reply, Encoding.ASCII.GetBytes($"/local/domain/{domain.Value}\0"));
            case XsdSockmsgType.IsDomainIntroduced:
                return Reply(reply, _introduced.Contains(domain) ? "T\0"u8.ToArray() : "F\0"u8.ToArray());
            case XsdSockmsgType.Introduce:
                return Introduce(domain, arguments, reply);
            case XsdSockmsgType.SetTarget:
                return SetTarget(domain, arguments[1]);
            case XsdSockmsgType.Release when domain == DomainId.Zero:
                return XenErrno.EINVAL;
            case XsdSockmsgType.Release:
                bool isKnown = _introduced.Contains(domain);
                reply.After = () => Release(domain);
                return isKnown ? XenErrno.None : XenErrno.ENOENT;
            default:
                return _introduced.Contains(domain) ? XenErrno.None : XenErrno.ENOENT;
        }
    }

    private XenErrno Introduce(DomainId domain, List<string> arguments, StoreAnswer reply)
    {
        if (!StoreNumber.TryParse(Encoding.UTF8.GetBytes(arguments[1]), 0ul, ulong.MaxValue, out ulong frame)
            || !StoreNumber.TryParse(Encoding.UTF8.GetBytes(arguments[2]), 1u, uint.MaxValue, out uint port)
            || Attach is null || !Attach(domain, frame, port))
        {
            return XenErrno.EINVAL;
        }

        reply.After = () => Introduce(domain);
        return XenErrno.None;
    }

    private XenErrno SetTarget(DomainId domain, string targetText)
    {
        if (!TryParseDomain(targetText, out DomainId target))
        {
            return XenErrno.EINVAL;
        }

        if (!_introduced.Contains(domain) || !_introduced.Contains(target))
        {
            return XenErrno.ENOENT;
        }

        foreach (XenstoredClient client in _clients.Where(client => client.Domain == domain))
        {
            client.Target = target;
        }

        return XenErrno.None;
    }

    private static bool TryParseDomain(string text, out DomainId domain)
    {
        bool parsed = StoreNumber.TryParse(Encoding.UTF8.GetBytes(text), 0u, DomainId.MaxGuest, out uint number);
        domain = new DomainId((ushort)number);
        return parsed;
    }
}
