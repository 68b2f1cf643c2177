using Xen.Platform;
using Xen.Platform.Abi;

namespace Xen.Events;

/// <summary>The event channels of a guest that makes its own hypercalls: on bare metal and in the simulation.</summary>
public sealed unsafe class GuestEventChannels : IEventChannels, IEventPriority, IEventSink
{
    private readonly IHypervisor _hypervisor;
    private readonly IGuestScheduler _scheduler;
    private readonly IGuestLifecycle _lifecycle;
    private readonly EventAbi _preferred;
    private readonly TimerCallback _endDelay;
    private FifoAbi? _fifo;
    private IEventAbi _abi;
    private PortState?[] _ports = new PortState?[64];
    private uint _serial;

    /// <summary>Sets up the shared memory, with every port masked.</summary>
    /// <param name="hypervisor">What to call.</param>
    /// <param name="scheduler">Where waiters run.</param>
    /// <param name="lifecycle">When ports become stale.</param>
    /// <param name="preferred">The ABI to use where Xen has it; the other one is always there. At a resume the choice is made anew.</param>
    /// <exception cref="XenException">Xen refused, or the guest has no page for the event words.</exception>
    public GuestEventChannels(IHypervisor hypervisor, IGuestScheduler scheduler, IGuestLifecycle lifecycle, EventAbi preferred = EventAbi.Fifo)
    {
        ArgumentNullException.ThrowIfNull(hypervisor);
        ArgumentNullException.ThrowIfNull(scheduler);
        ArgumentNullException.ThrowIfNull(lifecycle);
        _hypervisor = hypervisor;
        _scheduler = scheduler;
        _lifecycle = lifecycle;
        _preferred = preferred;
        _endDelay = state => EndDelay((PortState)state!);
        _abi = SetUp();
        lifecycle.Resumed += OnResumed;
        hypervisor.SetUpcall(() => _abi.Scan(this));
        Telemetry.Add(this);
    }

    /// <inheritdoc />
    public uint Epoch => _lifecycle.Epoch;

    /// <summary>The ABI that Xen and this guest use.</summary>
    public EventAbi Abi => _abi.Kind;

    /// <inheritdoc />
    public IEventPriority? Priority => Abi == EventAbi.Fifo ? this : null;

    /// <summary>Event queues that were given up because a link in them led nowhere (R17): never, on a sound Xen.</summary>
    public long DroppedQueues => _fifo?.DroppedQueues ?? 0;

    /// <summary>Ports that are open.</summary>
    public int OpenCount { get; private set; }

    /// <summary>Events that arrived at open ports.</summary>
    internal long ReceivedEvents { get; private set; }

    /// <summary>Events that brought no work, as those who wait for them said.</summary>
    internal long SpuriousEvents { get; private set; }

    /// <inheritdoc />
    public EventPort AllocateUnbound(DomainId remote)
    {
        var argument = new EvtchnAllocUnbound { Dom = DomainId.Self.Value, RemoteDom = remote.Value };
        HypervisorCalls.Check(_hypervisor.EventChannelOp(EventChannelOp.AllocUnbound, &argument), "EVTCHNOP_alloc_unbound", remote);
        return Open(argument.Port);
    }

    /// <inheritdoc />
    public EventPort BindInterdomain(DomainId remote, uint remotePort)
    {
        var argument = new EvtchnBindInterdomain { RemoteDom = remote.Value, RemotePort = remotePort };
        int result = _hypervisor.EventChannelOp(EventChannelOp.BindInterdomain, &argument);
        HypervisorCalls.Check(result, "EVTCHNOP_bind_interdomain", $"{remote}, port {remotePort}");
        return Open(argument.LocalPort);
    }

    /// <summary>Binds a virtual interrupt of this processor to a new port.</summary>
    /// <param name="virq">Which.</param>
    /// <exception cref="XenException">It is bound already (<see cref="XenErrno.EEXIST"/>), or no port is free.</exception>
    public EventPort BindVirq(Virq virq)
    {
        var argument = new EvtchnBindVirq { Virq = (uint)virq, Vcpu = (uint)_hypervisor.VcpuId };
        HypervisorCalls.Check(_hypervisor.EventChannelOp(EventChannelOp.BindVirq, &argument), "EVTCHNOP_bind_virq", virq);
        return Open(argument.Port);
    }

    /// <summary>Takes a port that the toolstack made for this guest: the console's, xenstore's.</summary>
    /// <param name="port">Its number, from an HVM parameter.</param>
    /// <exception cref="XenException">The port does not exist.</exception>
    public EventPort Adopt(uint port)
    {
        var argument = new EvtchnStatus { Dom = DomainId.Self.Value, Port = port };
        HypervisorCalls.Check(_hypervisor.EventChannelOp(EventChannelOp.Status, &argument), "EVTCHNOP_status", $"port {port}");
        return argument.Status != EvtchnState.Closed
            ? Open(port)
            : throw new XenException(XenErrno.ENOENT, $"adopt port {port}", "the toolstack has not made it");
    }

    /// <inheritdoc />
    public EventStatus Notify(EventPort port)
    {
        if (port.Epoch != Epoch)
        {
            return EventStatus.Stale;
        }

        if (Find(port) is null)
        {
            return EventStatus.Closed;
        }

        var argument = new EvtchnPort { Port = port.Value };
        return _hypervisor.EventChannelOp(EventChannelOp.Send, &argument) == 0 ? EventStatus.Ok : EventStatus.Refused;
    }

    /// <inheritdoc />
    public EventStatus SetPriority(EventPort port, int priority)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(priority, FifoControlBlock.HighestPriority);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(priority, FifoControlBlock.LowestPriority);
        if (port.Epoch != Epoch)
        {
            return EventStatus.Stale;
        }

        if (Find(port) is null)
        {
            return EventStatus.Closed;
        }

        var argument = new EvtchnSetPriority { Port = port.Value, Priority = (uint)priority };
        return _hypervisor.EventChannelOp(EventChannelOp.SetPriority, &argument) == 0 ? EventStatus.Ok : EventStatus.Refused;
    }

    /// <inheritdoc />
    public ValueTask<uint> WaitAsync(EventPort port, uint lastSeen, CancellationToken cancellationToken = default)
    {
        PortState state = Find(port) ?? throw Closed(port);
        return state.Count != lastSeen && !cancellationToken.IsCancellationRequested
            ? new ValueTask<uint>(state.Count)
            : state.Waiter.WaitAsync(cancellationToken);
    }

    /// <inheritdoc />
    public void Complete(EventPort port, bool spurious)
    {
        PortState? state = Find(port);
        if (state is not { IsMasked: true, IsDelayed: false })
        {
            return;
        }

        SpuriousEvents += spurious ? 1 : 0;
        state.SpuriousCount = spurious ? Math.Min(state.SpuriousCount + 1, EventBackOff.MaxCount) : 0;
        TimeSpan delay = EventBackOff.DelayAfter(state.SpuriousCount);
        if (delay == TimeSpan.Zero)
        {
            Unmask(state);
            return;
        }

        state.IsDelayed = true;
        state.DelayTimer ??= _scheduler.TimeProvider.CreateTimer(_endDelay, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        state.DelayTimer.Change(delay, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc />
    public void Close(EventPort port)
    {
        PortState? state = Find(port);
        if (state is null)
        {
            return;
        }

        // Of a FIFO port that is in a queue, the scan drops the event when it comes to it; Xen does not give the number away before.
        _abi.Mask(port.Value);
        Forget(state);
        CloseNumber(port.Value);
    }

    void IEventSink.OnEvent(uint port)
    {
        PortState? state = port < (uint)_ports.Length ? _ports[port] : null;
        if (state is null)
        {
            // Of a port that was closed while its event was on the way: it stays masked.
            return;
        }

        ReceivedEvents++;
        state.IsMasked = true;
        state.Count++;
        state.Waiter.TrySetResult(state.Count);
    }

    private static ObjectDisposedException Closed(EventPort port) =>
        new(nameof(EventPort), $"{port} of epoch {port.Epoch} is closed, or of an older epoch.");

    // FIFO first; a Xen without it stays with what every domain begins with (xen-protocols 1.5).
    private IEventAbi SetUp()
    {
        SharedInfo* shared = _hypervisor.PlaceSharedInfo();
        if (_preferred == EventAbi.Fifo)
        {
            _fifo ??= new FifoAbi(_hypervisor, shared);
            if (_fifo.TrySetUp())
            {
                return _fifo;
            }
        }

        for (int word = 0; word < SharedInfo.EventWords; word++)
        {
            Volatile.Write(ref shared->EvtchnMask[word], ulong.MaxValue);
        }

        return new TwoLevelAbi(_hypervisor, shared);
    }

    private EventPort Open(uint port)
    {
        if (port >= (uint)_ports.Length)
        {
            Array.Resize(ref _ports, (int)Math.Min(_abi.PortLimit, System.Numerics.BitOperations.RoundUpToPowerOf2(port + 1)));
        }

        try
        {
            _abi.Prepare(port);
        }
        catch (XenException)
        {
            CloseNumber(port);
            throw;
        }

        var state = new PortState(new EventPort(port, Epoch, ++_serial), _scheduler);
        _ports[port] = state;
        OpenCount++;
        _abi.Unmask(port);
        return state.Handle;
    }

    private void CloseNumber(uint port)
    {
        var argument = new EvtchnPort { Port = port };
        _hypervisor.EventChannelOp(EventChannelOp.Close, &argument);
    }

    private PortState? Find(EventPort port)
    {
        PortState? state = port.Value < (uint)_ports.Length ? _ports[port.Value] : null;
        return state is not null && state.Handle == port ? state : null;
    }

    private void Forget(PortState state)
    {
        _ports[state.Port] = null;
        OpenCount--;
        state.IsClosed = true;
        state.DelayTimer?.Dispose();
        state.Waiter.TrySetException(Closed(state.Handle));
    }

    private void EndDelay(PortState state)
    {
        // The timer may have fired before the port was closed and be run after it.
        if (state.IsDelayed && !state.IsClosed)
        {
            Unmask(state);
        }
    }

    private void Unmask(PortState state)
    {
        state.IsDelayed = false;
        state.IsMasked = false;
        _abi.Unmask(state.Port);
    }

    private void OnResumed(bool isCancelled)
    {
        if (isCancelled)
        {
            return;
        }

        foreach (PortState? state in _ports)
        {
            if (state is not null)
            {
                Forget(state);
            }
        }

        _abi = SetUp();
    }
}
