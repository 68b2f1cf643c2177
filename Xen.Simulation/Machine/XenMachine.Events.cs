using Xen.Platform;
using Xen.Platform.Abi;

namespace Xen.Simulation.Machine;

internal sealed unsafe partial class XenMachine
{
    private const uint MaxVcpus = 1;
    private const uint VirqCount = 24;

    private int EventChannelCall(XenDomain caller, EventChannelOp operation, void* argument)
    {
        if (argument is null)
        {
            return -(int)XenErrno.EFAULT;
        }

        return operation switch
        {
            EventChannelOp.AllocUnbound => AllocUnbound(caller, (EvtchnAllocUnbound*)argument),
            EventChannelOp.BindInterdomain => BindInterdomain(caller, (EvtchnBindInterdomain*)argument),
            EventChannelOp.BindVirq => BindVirq(caller, (EvtchnBindVirq*)argument),
            EventChannelOp.BindIpi => BindIpi(caller, (EvtchnBindIpi*)argument),
            EventChannelOp.BindVcpu => BindVcpu(caller, (EvtchnBindVcpu*)argument),
            EventChannelOp.Close => Close(caller, ((EvtchnPort*)argument)->Port),
            EventChannelOp.Send => Send(caller, ((EvtchnPort*)argument)->Port),
            EventChannelOp.Status => Status(caller, (EvtchnStatus*)argument),
            EventChannelOp.Unmask => Unmask(caller, ((EvtchnPort*)argument)->Port),
            EventChannelOp.Reset => Reset(caller, ((EvtchnReset*)argument)->Dom),
            EventChannelOp.InitControl => InitControl(caller, (EvtchnInitControl*)argument),
            EventChannelOp.ExpandArray => ExpandArray(caller, (EvtchnExpandArray*)argument),
            EventChannelOp.SetPriority => SetPriority(caller, (EvtchnSetPriority*)argument),
            _ => -(int)XenErrno.ENOSYS,
        };
    }

    private int AllocUnbound(XenDomain caller, EvtchnAllocUnbound* argument)
    {
        XenDomain? domain = FindControlled(argument->Dom, caller, out int error);
        if (domain is null)
        {
            return error;
        }

        EventChannel? channel = TakePort(domain);
        if (channel is null)
        {
            return -(int)XenErrno.ENOSPC;
        }

        channel.State = EvtchnState.Unbound;
        channel.RemoteDomain = argument->RemoteDom == DomainId.Self.Value ? caller.Id : argument->RemoteDom;
        argument->Port = channel.Port;
        host.Trace(domain, TraceKind.AllocUnbound, channel.Port, channel.RemoteDomain);
        return 0;
    }

    private int BindInterdomain(XenDomain caller, EvtchnBindInterdomain* argument)
    {
        XenDomain? remote = Find(argument->RemoteDom, caller);
        if (remote is null)
        {
            return -(int)XenErrno.ESRCH;
        }

        EventChannel? far = PortOf(remote, argument->RemotePort);
        if (far is not { State: EvtchnState.Unbound } || far.RemoteDomain != caller.Id)
        {
            return -(int)XenErrno.EINVAL;
        }

        EventChannel? near = TakePort(caller);
        if (near is null)
        {
            return -(int)XenErrno.ENOSPC;
        }

        near.State = EvtchnState.Interdomain;
        near.RemoteDomain = remote.Id;
        near.RemotePort = far.Port;
        far.State = EvtchnState.Interdomain;
        far.RemotePort = near.Port;
        argument->LocalPort = near.Port;
        host.Trace(caller, TraceKind.BindInterdomain, near.Port, far.Port);

        // What the peer sent before there was anybody to hear it.
        SetPending(caller, near);
        return 0;
    }

    private int BindVirq(XenDomain caller, EvtchnBindVirq* argument)
    {
        if (argument->Virq >= VirqCount)
        {
            return -(int)XenErrno.EINVAL;
        }

        if (argument->Vcpu >= MaxVcpus)
        {
            return -(int)XenErrno.ENOENT;
        }

        if (FindVirq(caller, argument->Virq) is not null)
        {
            return -(int)XenErrno.EEXIST;
        }

        EventChannel? channel = TakePort(caller);
        if (channel is null)
        {
            return -(int)XenErrno.ENOSPC;
        }

        channel.State = EvtchnState.Virq;
        channel.RemotePort = argument->Virq;
        argument->Port = channel.Port;
        return 0;
    }

    private int BindIpi(XenDomain caller, EvtchnBindIpi* argument)
    {
        if (argument->Vcpu >= MaxVcpus)
        {
            return -(int)XenErrno.ENOENT;
        }

        EventChannel? channel = TakePort(caller);
        if (channel is null)
        {
            return -(int)XenErrno.ENOSPC;
        }

        channel.State = EvtchnState.Ipi;
        argument->Port = channel.Port;
        return 0;
    }

    private static int BindVcpu(XenDomain caller, EvtchnBindVcpu* argument)
    {
        if (argument->Vcpu >= MaxVcpus)
        {
            return -(int)XenErrno.ENOENT;
        }

        return PortOf(caller, argument->Port) is { State: not EvtchnState.Ipi } ? 0 : -(int)XenErrno.EINVAL;
    }

    private int Close(XenDomain caller, uint port)
    {
        EventChannel? channel = PortOf(caller, port);
        if (channel is null)
        {
            return -(int)XenErrno.EINVAL;
        }

        if (channel.State == EvtchnState.Interdomain)
        {
            EventChannel far = PortOf(_domains[channel.RemoteDomain], channel.RemotePort)!;
            far.State = EvtchnState.Unbound;
            far.RemoteDomain = caller.Id;
        }

        caller.Events.ClearPending(channel);
        channel.State = EvtchnState.Closed;
        host.Trace(caller, TraceKind.Close, port, 0);
        return 0;
    }

    private int Send(XenDomain caller, uint port)
    {
        EventChannel? channel = PortOf(caller, port);
        switch (channel?.State)
        {
            case EvtchnState.Interdomain:
                XenDomain remote = _domains[channel.RemoteDomain];
                host.Trace(caller, TraceKind.Send, port, remote.Id);
                Deliver(remote, PortOf(remote, channel.RemotePort)!);
                return 0;
            case EvtchnState.Ipi:
                Deliver(caller, channel);
                return 0;
            case EvtchnState.Unbound:
                return 0;
            default:
                return -(int)XenErrno.EINVAL;
        }
    }

    private int Status(XenDomain caller, EvtchnStatus* argument)
    {
        XenDomain? domain = FindControlled(argument->Dom, caller, out int error);
        if (domain is null)
        {
            return error;
        }

        if (argument->Port == 0 || argument->Port >= domain.Events.PortLimit)
        {
            return -(int)XenErrno.EINVAL;
        }

        EventChannel? channel = PortOf(domain, argument->Port);
        argument->Status = channel?.State ?? EvtchnState.Closed;
        argument->Vcpu = channel?.Vcpu ?? 0;
        argument->RemoteDom = channel?.RemoteDomain ?? 0;
        argument->RemotePort = channel?.RemotePort ?? 0;
        return 0;
    }

    private int Unmask(XenDomain caller, uint port)
    {
        EventChannel? channel = PortOf(caller, port);
        if (channel is null)
        {
            return -(int)XenErrno.EINVAL;
        }

        if (caller.Events.Unmask(channel))
        {
            RaiseUpcall(caller);
        }

        return 0;
    }

    private int Reset(XenDomain caller, ushort id)
    {
        XenDomain? domain = FindControlled(id, caller, out int error);
        if (domain is null)
        {
            return error;
        }

        ResetEvents(domain);
        return 0;
    }

    // As at its birth: no ports, and 2-level.
    private void ResetEvents(XenDomain domain)
    {
        CloseAllPorts(domain);
        domain.Ports.RemoveRange(1, domain.Ports.Count - 1);
        domain.Events = new TwoLevelPorts(domain.SharedInfo);
    }

    private void CloseAllPorts(XenDomain domain)
    {
        for (uint port = 1; port < domain.Ports.Count; port++)
        {
            _ = Close(domain, port);
        }
    }

    private static EventChannel? PortOf(XenDomain domain, uint port)
    {
        EventChannel? channel = port < (uint)domain.Ports.Count ? domain.Ports[(int)port] : null;
        return channel is null or { State: EvtchnState.Closed } ? null : channel;
    }

    private static EventChannel? FindVirq(XenDomain domain, uint virq)
    {
        foreach (EventChannel? channel in domain.Ports)
        {
            if (channel is { State: EvtchnState.Virq } && channel.RemotePort == virq)
            {
                return channel;
            }
        }

        return null;
    }

    private static EventChannel? TakePort(XenDomain domain)
    {
        for (int port = 1; port < domain.Ports.Count; port++)
        {
            EventChannel old = domain.Ports[port]!;
            if (old.State == EvtchnState.Closed && !domain.Events.IsBusy(old))
            {
                old.Priority = FifoControlBlock.DefaultPriority;
                return old;
            }
        }

        if (domain.Ports.Count == domain.Events.PortLimit)
        {
            return null;
        }

        var channel = new EventChannel((uint)domain.Ports.Count);
        domain.Ports.Add(channel);
        return channel;
    }

    // With the faults of the simulation: later, or with company.
    private void Deliver(XenDomain domain, EventChannel channel)
    {
        if (host.Strikes(options.Faults.SpuriousEventPerMille))
        {
            RaiseSpuriously(domain);
        }

        if (host.Strikes(options.Faults.DelayedEventPerMille))
        {
            DeliverLater(domain, channel);
            return;
        }

        SetPending(domain, channel);
    }

    // Apart from Deliver, so that only a delayed event pays for the closure.
    private void DeliverLater(XenDomain domain, EventChannel channel)
    {
        long ticks = options.Faults.MaxEventDelay.Ticks;
        var delay = TimeSpan.FromTicks(1 + host.Choose((int)Math.Min(ticks, int.MaxValue)));
        host.After(delay, () =>
        {
            if (channel.State != EvtchnState.Closed && domain.IsAlive)
            {
                SetPending(domain, channel);
            }
        });
    }

    private void RaiseSpuriously(XenDomain domain)
    {
        EventChannel? victim = PortOf(domain, (uint)host.Choose(domain.Ports.Count));
        if (victim is not null)
        {
            SetPending(domain, victim);
        }
    }

    private void SetPending(XenDomain domain, EventChannel channel)
    {
        if (domain.Events.SetPending(channel))
        {
            RaiseUpcall(domain);
        }
    }

    private void RaiseUpcall(XenDomain domain)
    {
        if (Interlocked.Exchange(ref SharedInfo.Vcpu(domain.SharedInfo, 0)->EvtchnUpcallPending, 1) == 0)
        {
            host.OnUpcall(domain);
        }
    }
}
