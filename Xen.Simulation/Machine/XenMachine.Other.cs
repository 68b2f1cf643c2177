using Xen.Platform;
using Xen.Platform.Abi;

namespace Xen.Simulation.Machine;

internal sealed unsafe partial class XenMachine
{
    private const int MaxPollPorts = 128;

    private long MemoryCall(XenDomain caller, MemoryOp operation, void* argument)
    {
        if (argument is null)
        {
            return -(int)XenErrno.EFAULT;
        }

        return operation switch
        {
            MemoryOp.AddToPhysmap => AddToPhysmap(caller, (XenAddToPhysmap*)argument),
            MemoryOp.RemoveFromPhysmap => RemoveFromPhysmap(caller, (XenRemoveFromPhysmap*)argument),
            MemoryOp.CurrentReservation or MemoryOp.MaximumReservation => caller.Physmap.Memory.PageCount,
            MemoryOp.MemoryMap => MemoryMap(caller, (XenMemoryMap*)argument),
            MemoryOp.MaximumGpfn => MaximumGpfn(caller, (XenMemoryDomain*)argument),
            _ => -(int)XenErrno.ENOSYS,
        };
    }

    private long MaximumGpfn(XenDomain caller, XenMemoryDomain* argument)
    {
        XenDomain? domain = FindControlled(argument->Domid, caller, out int error);
        return domain is null ? error : (long)domain.Physmap.LastFrame;
    }

    private int AddToPhysmap(XenDomain caller, XenAddToPhysmap* argument)
    {
        if (argument->Domid != DomainId.Self.Value && argument->Domid != caller.Id)
        {
            return -(int)XenErrno.EPERM;
        }

        if (!caller.Physmap.TrySpecial(argument->Gpfn, out int index))
        {
            return -(int)XenErrno.EINVAL;
        }

        byte* page = argument->Space switch
        {
            PhysmapSpace.SharedInfo when argument->Idx == 0 => (byte*)caller.SharedInfo,
            PhysmapSpace.GrantTable => caller.Grants.FrameAt(argument->Idx),
            _ => null,
        };
        if (page is null)
        {
            return -(int)XenErrno.EINVAL;
        }

        caller.Physmap.PlaceSpecial(index, page);
        WriteTime(caller);
        return 0;
    }

    private static int RemoveFromPhysmap(XenDomain caller, XenRemoveFromPhysmap* argument)
    {
        if (argument->Domid != DomainId.Self.Value && argument->Domid != caller.Id)
        {
            return -(int)XenErrno.EPERM;
        }

        if (!caller.Physmap.TrySpecial(argument->Gpfn, out int index) || caller.Physmap.SpecialPage(index) is null)
        {
            return -(int)XenErrno.ENOENT;
        }

        caller.Physmap.PlaceSpecial(index, null);
        return 0;
    }

    private int SchedCall(XenDomain caller, SchedOp operation, void* argument)
    {
        switch (operation)
        {
            case SchedOp.Yield:
                return 0;
            case SchedOp.Block:
                host.RunOthers(caller, () => IsUpcallPending(caller), long.MaxValue);
                WriteTime(caller);
                return 0;
            case SchedOp.Shutdown when argument is not null:
                Shutdown(caller, ((SchedShutdown*)argument)->Reason);
                return 0;
            case SchedOp.Poll when argument is not null:
                return Poll(caller, (SchedPoll*)argument);
            case SchedOp.Shutdown or SchedOp.Poll:
                return -(int)XenErrno.EFAULT;
            default:
                return -(int)XenErrno.ENOSYS;
        }
    }

    private static bool IsUpcallPending(XenDomain domain) =>
        Volatile.Read(ref SharedInfo.Vcpu(domain.SharedInfo, 0)->EvtchnUpcallPending) != 0;

    private int Poll(XenDomain caller, SchedPoll* argument)
    {
        if (argument->NrPorts > MaxPollPorts)
        {
            return -(int)XenErrno.EINVAL;
        }

        uint[] ports = new ReadOnlySpan<uint>((void*)argument->Ports, (int)argument->NrPorts).ToArray();
        foreach (uint port in ports)
        {
            if (port >= caller.Events.PortLimit)
            {
                return -(int)XenErrno.EINVAL;
            }
        }

        long deadline = argument->Timeout == 0 ? long.MaxValue : (long)Math.Min(argument->Timeout, long.MaxValue);
        host.RunOthers(caller, () => IsAnyPending(caller, ports), deadline);
        WriteTime(caller);
        return 0;
    }

    private static bool IsAnyPending(XenDomain domain, uint[] ports)
    {
        foreach (uint port in ports)
        {
            if (domain.Events.IsPending(port))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Ends a domain: its ports close, its mappings of others end. What others map of it stays until they let go.</summary>
    public void Shutdown(XenDomain domain, ShutdownReason reason)
    {
        if (!domain.IsAlive)
        {
            return;
        }

        host.Trace(domain, TraceKind.Shutdown, (long)reason, 0);
        CloseAllPorts(domain);
        EndAllMappings(domain);
        domain.IsAlive = false;
        host.OnShutdown(domain, reason);
    }

    /// <summary>The domain has been saved and restored elsewhere: its memory is the same, its ports, grants and mappings are gone.</summary>
    public void Reincarnate(XenDomain domain)
    {
        ResetEvents(domain);
        EndAllMappings(domain);
        domain.Grants.Reset();
        new Span<byte>(domain.SharedInfo, PageSize.Bytes).Clear();
        domain.Incarnation++;
        WriteTime(domain);
        host.Trace(domain, TraceKind.Shutdown, (long)ShutdownReason.Suspend, 0);
    }

    private int HvmCall(XenDomain caller, HvmOp operation, void* argument)
    {
        if (argument is null)
        {
            return -(int)XenErrno.EFAULT;
        }

        var parameter = (XenHvmParam*)argument;
        XenDomain? domain = FindControlled(parameter->Domid, caller, out int error);
        if (domain is null)
        {
            return error;
        }

        switch (operation)
        {
            case HvmOp.GetParam:
                parameter->Value = domain.HvmParams.GetValueOrDefault(parameter->Index);
                return 0;
            case HvmOp.SetParam when caller.IsPrivileged || parameter->Index == HvmParam.CallbackIrq:
                domain.HvmParams[parameter->Index] = parameter->Value;
                return 0;
            case HvmOp.SetParam:
                return -(int)XenErrno.EPERM;
            default:
                return -(int)XenErrno.ENOSYS;
        }
    }

    private int VcpuCall(XenDomain caller, VcpuOp operation, ulong vcpu, void* argument)
    {
        if (vcpu >= MaxVcpus)
        {
            return -(int)XenErrno.ENOENT;
        }

        switch (operation)
        {
            case VcpuOp.IsUp:
                return 1;
            case VcpuOp.SetSingleshotTimer when argument is null:
                return -(int)XenErrno.EFAULT;
            case VcpuOp.SetSingleshotTimer:
                var timer = (VcpuSetSingleshotTimer*)argument;
                bool isPast = (long)timer->TimeoutAbsNs <= host.NowNanoseconds;
                return (timer->Flags & 1) != 0 && isPast ? -(int)XenErrno.ETIME : SetTimer(caller, timer->TimeoutAbsNs);
            case VcpuOp.StopSingleshotTimer:
                return SetTimer(caller, 0);
            default:
                return -(int)XenErrno.ENOSYS;
        }
    }

    private int SetTimer(XenDomain domain, ulong deadline)
    {
        int generation = ++domain.TimerGeneration;
        if (deadline == 0)
        {
            return 0;
        }

        long delay = Math.Max(0, (long)deadline - host.NowNanoseconds);
        host.After(TimeSpan.FromTicks((delay + 99) / 100), () =>
        {
            if (domain.IsAlive && domain.TimerGeneration == generation && FindVirq(domain, (uint)Virq.Timer) is { } channel)
            {
                SetPending(domain, channel);
            }
        });
        return 0;
    }

    private static int VersionCall(XenVersionOp operation, void* argument)
    {
        switch (operation)
        {
            case XenVersionOp.Version:
                return (4 << 16) | 17;
            case XenVersionOp.PageSize:
                return PageSize.Bytes;
            case XenVersionOp.ExtraVersion when argument is not null:
                ".0-simulated\0"u8.CopyTo(new Span<byte>(argument, 16));
                return 0;
            case XenVersionOp.GetFeatures when argument is not null:
                var info = (XenFeatureInfo*)argument;
                info->Submap = info->SubmapIdx == 0
                    ? (1u << (int)XenFeature.WritablePageTables) | (1u << (int)XenFeature.AutoTranslatedPhysmap) |
                        (1u << (int)XenFeature.HvmCallbackVector) | (1u << (int)XenFeature.HvmSafePvclock) | (1u << (int)XenFeature.NotDirectMapped)
                    : 0;
                return 0;
            default:
                return -(int)XenErrno.ENOSYS;
        }
    }
}
