using Xen.Console;
using Xen.Events;
using Xen.Platform;
using Xen.Platform.Abi;

namespace Xen.Simulation;

/// <summary>The domain's console 0: a page and a port that the toolstack makes and tells of in HVM parameters 17 and 18. It is made when it is first asked for.</summary>
public sealed unsafe partial class SimulatedDomain
{
    private ConsoleDevice? _console;
    private SimulatedConsole? _consoleLog;

    /// <summary>The domain's own end of its console.</summary>
    /// <exception cref="XenException">Domain 0 has none, or the domain has no free frame.</exception>
    public ConsoleDevice Console => _console ??= ConnectConsole();

    /// <summary>Domain 0's end of the domain's console: what the domain wrote, and a keyboard.</summary>
    /// <exception cref="XenException">Domain 0 has none, or the domain has no free frame.</exception>
    public SimulatedConsole ConsoleLog => _consoleLog ??= CreateConsole();

    /// <summary>The page that the domain shares with the console daemon, for a test that plays a hostile one; null before the console was asked for.</summary>
    public byte* ConsolePage { get; private set; }

    private ConsoleDevice ConnectConsole()
    {
        _consoleLog ??= CreateConsole();
        return new ConsoleDevice($"{this} console 0", AdoptConsole, Events, Scheduler, Lifecycle, LoggerFactory);
    }

    /// <summary>What a guest does that finds its console in the HVM parameters.</summary>
    public ConsoleRing AdoptConsole() => new(ConsolePage, Events.Adopt((uint)_domain.HvmParams[HvmParam.ConsoleEvtchn]));

    private SimulatedConsole CreateConsole()
    {
        if (this == _simulation.Dom0)
        {
            throw new XenException(XenErrno.ENODEV, $"console of {this}", "domain 0 has the hypervisor's own");
        }

        ConsolePage = _hypervisor.AllocateFrames(1);
        if (ConsolePage is null || !_hypervisor.TryFrameOf(ConsolePage, out ulong frame))
        {
            throw new XenException(XenErrno.ENOMEM, $"console page of {this}", "the domain has no free frame");
        }

        _domain.HvmParams[HvmParam.ConsolePfn] = frame;
        return new SimulatedConsole(_simulation, $"daemon of {this}", BindConsole());
    }

    // What a toolstack does that restores the domain: an empty page and a new port.
    private void RestoreConsole()
    {
        if (_consoleLog is { } log)
        {
            log.Close();
            new Span<byte>(ConsolePage, PageSize.Bytes).Clear();
            log.Restart(BindConsole());
        }
    }

    private ConsoleRing BindConsole()
    {
        var unbound = new EvtchnAllocUnbound { Dom = _domain.Id, RemoteDom = _simulation.Dom0.Id.Value };
        int error = _simulation.Dom0.Hypervisor.EventChannelOp(EventChannelOp.AllocUnbound, &unbound);
        if (error < 0)
        {
            throw new XenException((XenErrno)(-error), $"EVTCHNOP_alloc_unbound({this}, dom0)");
        }

        _domain.HvmParams[HvmParam.ConsoleEvtchn] = unbound.Port;
        EventPort port = _simulation.Dom0.Events.BindInterdomain(Id, unbound.Port);
        return new ConsoleRing(ConsolePage, port);
    }
}
