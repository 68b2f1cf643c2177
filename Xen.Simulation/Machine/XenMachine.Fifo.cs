using Xen.Platform;
using Xen.Platform.Abi;

namespace Xen.Simulation.Machine;

internal sealed unsafe partial class XenMachine
{
    private const uint ControlBlockAlignment = 8;

    private int InitControl(XenDomain caller, EvtchnInitControl* argument)
    {
        if (!options.OffersFifoEvents)
        {
            return -(int)XenErrno.ENOSYS;
        }

        if (argument->Vcpu >= MaxVcpus)
        {
            return -(int)XenErrno.ENOENT;
        }

        byte* page = caller.Physmap.OwnPage(argument->ControlGfn);
        bool isInPage = argument->Offset <= PageSize.Bytes - sizeof(FifoControlBlock) && argument->Offset % ControlBlockAlignment == 0;
        if (page is null || !isInPage || caller.Events is FifoPorts)
        {
            return -(int)XenErrno.EINVAL;
        }

        argument->LinkBits = FifoEventWord.LinkBits;
        SwitchToFifo(caller, (FifoControlBlock*)(page + argument->Offset));
        return 0;
    }

    // Ports that exist have no word yet: what is pending of them is kept until they have.
    private static void SwitchToFifo(XenDomain domain, FifoControlBlock* control)
    {
        foreach (EventChannel? channel in domain.Ports)
        {
            if (channel is { State: not EvtchnState.Closed })
            {
                channel.IsPendingWithoutWord = domain.Events.IsPending(channel.Port);
            }
        }

        domain.Events = new FifoPorts(control);
    }

    private int ExpandArray(XenDomain caller, EvtchnExpandArray* argument)
    {
        if (caller.Events is not FifoPorts fifo)
        {
            return -(int)XenErrno.EOPNOTSUPP;
        }

        if (fifo.IsFull)
        {
            return -(int)XenErrno.ENOSPC;
        }

        byte* page = caller.Physmap.OwnPage(argument->ArrayGfn);
        if (page is null)
        {
            return -(int)XenErrno.EINVAL;
        }

        Range ports = fifo.AddPage(page);
        for (int port = ports.Start.Value; port < Math.Min(ports.End.Value, caller.Ports.Count); port++)
        {
            if (caller.Ports[port] is { IsPendingWithoutWord: true } channel)
            {
                channel.IsPendingWithoutWord = false;
                SetPending(caller, channel);
            }
        }

        return 0;
    }

    private static int SetPriority(XenDomain caller, EvtchnSetPriority* argument)
    {
        if (caller.Events is not FifoPorts)
        {
            return -(int)XenErrno.ENOSYS;
        }

        EventChannel? channel = PortOf(caller, argument->Port);
        if (channel is null || argument->Priority > FifoControlBlock.LowestPriority)
        {
            return -(int)XenErrno.EINVAL;
        }

        channel.Priority = (int)argument->Priority;
        return 0;
    }
}
