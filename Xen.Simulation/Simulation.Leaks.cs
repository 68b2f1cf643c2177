using Xen.Grants;
using Xen.Platform;
using Xen.Platform.Abi;
using Xen.Simulation.Machine;

namespace Xen.Simulation;

public sealed partial class Simulation
{
    /// <summary>
    /// What domains still hold, as Xen sees it: what <c>xl debug-keys g</c> and <c>e</c> print on a real host. References 0 to 7 and the
    /// ports of console and xenstore, with their other ends, are the toolstack's and do not count.
    /// </summary>
    public IReadOnlyList<SimulationLeak> Leaks()
    {
        AssertCurrent("leaks were looked for");
        var leaks = new List<SimulationLeak>();
        foreach (XenDomain domain in _machine.Domains)
        {
            AddGrants(domain, leaks);
            AddPorts(domain, leaks);
            AddMappings(domain, leaks);
        }

        return leaks;
    }

    private static void AddGrants(XenDomain domain, List<SimulationLeak> leaks)
    {
        for (uint reference = GrantRef.FirstFree; reference < domain.Grants.EntryCount; reference++)
        {
            if (domain.Grants.IsGranted(reference, out ushort peer))
            {
                leaks.Add(new SimulationLeak(new DomainId(domain.Id), SimulationLeakKind.Grant, reference, new DomainId(peer)));
            }
        }
    }

    private void AddPorts(XenDomain domain, List<SimulationLeak> leaks)
    {
        foreach (EventChannel? channel in domain.Ports)
        {
            if (channel is null or { State: EvtchnState.Closed } || IsToolstackPort(domain, channel))
            {
                continue;
            }

            leaks.Add(new SimulationLeak(new DomainId(domain.Id), SimulationLeakKind.Port, channel.Port, new DomainId(channel.RemoteDomain)));
        }
    }

    private bool IsToolstackPort(XenDomain domain, EventChannel channel)
    {
        if (domain.IsToolstackPort(channel.Port))
        {
            return true;
        }

        return channel.State == EvtchnState.Interdomain && _machine.Domains[channel.RemoteDomain].IsToolstackPort(channel.RemotePort);
    }

    private static void AddMappings(XenDomain domain, List<SimulationLeak> leaks)
    {
        for (int handle = 0; handle < domain.Maptrack.Count; handle++)
        {
            Mapping mapping = domain.Maptrack[handle];
            if (mapping.IsUsed && mapping.Ref >= GrantRef.FirstFree)
            {
                leaks.Add(new SimulationLeak(
                    new DomainId(domain.Id), SimulationLeakKind.Mapping, (uint)handle, new DomainId(mapping.Granter)));
            }
        }
    }
}
