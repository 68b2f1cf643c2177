using Xen.Platform;
using Xen.Platform.Abi;

namespace Xen.Simulation.Machine;

/// <summary>
/// The hypervisor: written from its specification against the ABI alone, so that it cannot share a misunderstanding with the guest's side.
/// </summary>
internal sealed unsafe partial class XenMachine(IMachineHost host, SimulationOptions options) : IDisposable
{
    private readonly List<XenDomain> _domains = [];

    public IReadOnlyList<XenDomain> Domains => _domains;

    public XenDomain CreateDomain(string name)
    {
        var domain = new XenDomain((ushort)_domains.Count, name, options);
        _domains.Add(domain);
        Boot(domain);
        return domain;
    }

    /// <summary>Carries out a hypercall. Pointers are the host's: a domain's memory is where the domain sees it.</summary>
    public long Hypercall(XenDomain caller, HypercallNumber number, ulong operation, ulong argument, ulong third)
    {
        if (!caller.IsAlive)
        {
            return -(long)XenErrno.ESRCH;
        }

        return number switch
        {
            HypercallNumber.EventChannelOp => EventChannelCall(caller, (EventChannelOp)operation, (void*)argument),
            HypercallNumber.GrantTableOp => GrantTableCall(caller, (GrantTableOp)operation, (void*)argument, third),
            HypercallNumber.MemoryOp => MemoryCall(caller, (MemoryOp)operation, (void*)argument),
            HypercallNumber.SchedOp => SchedCall(caller, (SchedOp)operation, (void*)argument),
            HypercallNumber.HvmOp => HvmCall(caller, (HvmOp)operation, (void*)argument),
            HypercallNumber.VcpuOp => VcpuCall(caller, (VcpuOp)operation, argument, (void*)third),
            HypercallNumber.XenVersion => VersionCall((XenVersionOp)operation, (void*)argument),
            HypercallNumber.SetTimerOp => SetTimer(caller, operation),
            _ => -(long)XenErrno.ENOSYS,
        };
    }

    public void Dispose()
    {
        foreach (XenDomain domain in _domains)
        {
            domain.Dispose();
        }
    }

    private XenDomain? Find(ushort id, XenDomain caller)
    {
        if (id == DomainId.Self.Value)
        {
            return caller;
        }

        return id < _domains.Count && _domains[id].IsAlive ? _domains[id] : null;
    }

    // A domain names itself; the control domain names any.
    private XenDomain? FindControlled(ushort id, XenDomain caller, out int error)
    {
        XenDomain? domain = Find(id, caller);
        error = domain is null ? -(int)XenErrno.ESRCH : 0;
        if (domain is not null && domain != caller && !caller.IsPrivileged)
        {
            error = -(int)XenErrno.EPERM;
            return null;
        }

        return domain;
    }
}
