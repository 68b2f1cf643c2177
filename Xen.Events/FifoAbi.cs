using Xen.Platform;
using Xen.Platform.Abi;

namespace Xen.Events;

/// <summary>
/// The FIFO ABI (xen-protocols 1.5): a control block for this processor, and pages of event words that grow with the ports. The pages are the guest's
/// for good; a resume gives the same ones to Xen again.
/// </summary>
internal sealed unsafe class FifoAbi(IHypervisor hypervisor, SharedInfo* shared) : IEventAbi
{
    private readonly FifoQueues<DirectEventMemory> _queues = new();
    private readonly List<nint> _pages = [];
    private FifoControlBlock* _control;

    public EventAbi Kind => EventAbi.Fifo;

    public uint PortLimit { get; private set; }

    public long DroppedQueues => _queues.DroppedQueues;

    /// <summary>Switches the domain to FIFO event channels, with room for the ports that the toolstack made.</summary>
    /// <returns>False when this Xen has none: the domain stays with the 2-level ABI.</returns>
    /// <exception cref="XenException">Xen refused for another reason, or the guest has no page left.</exception>
    public bool TrySetUp()
    {
        _control = _control is null ? (FifoControlBlock*)AllocatePage() : _control;
        new Span<byte>(_control, PageSize.Bytes).Clear();
        var argument = new EvtchnInitControl { ControlGfn = FrameOf((byte*)_control), Vcpu = (uint)hypervisor.VcpuId };
        int result = hypervisor.EventChannelOp(EventChannelOp.InitControl, &argument);
        if (result == -(int)XenErrno.ENOSYS)
        {
            hypervisor.FreeFrames((byte*)_control, 1);
            _control = null;
            return false;
        }

        HypervisorCalls.Check(result, "EVTCHNOP_init_control", $"vcpu {argument.Vcpu}");
        PortLimit = Math.Min(1u << Math.Min((int)argument.LinkBits, FifoEventWord.LinkBits), FifoEventWord.Channels);
        _queues.Reset(_control);
        // Ports of the toolstack exist already, perhaps with an event that Xen raises again as soon as their words are there.
        Expand();
        return true;
    }

    public void Prepare(uint port)
    {
        while (port >= _queues.WordCount)
        {
            Expand();
        }

        _queues.Mask(port);
    }

    public void Mask(uint port) => _queues.Mask(port);

    public void Unmask(uint port)
    {
        if (_queues.Unmask(port))
        {
            var argument = new EvtchnPort { Port = port };
            hypervisor.EventChannelOp(EventChannelOp.Unmask, &argument);
        }
    }

    // Without a bound of its own: each turn needs an upcall, which Xen makes for a port that is not masked, and a scan masks each port whose event it
    // takes. So there are at most about as many turns as ports. Nobody but Xen and this guest can write the flag; a bound would leave it set, and
    // Xen makes no further upcall then.
    public void Scan(IEventSink sink)
    {
        ref byte pending = ref SharedInfo.Vcpu(shared, hypervisor.VcpuId)->EvtchnUpcallPending;
        do
        {
            // Cleared before the ready bits are taken. Partner: Xen sets a ready bit before it sets upcall_pending.
            Interlocked.Exchange(ref pending, 0);
            _queues.Scan(sink);
        }
        while (Volatile.Read(ref pending) != 0);
    }

    // One page more, all of it masked before Xen sees it: Xen links nothing there before its port is opened.
    private void Expand()
    {
        int index = (int)(_queues.WordCount / FifoEventWord.PerPage);
        if (index == _pages.Count)
        {
            _pages.Add((nint)AllocatePage());
        }

        uint* words = (uint*)_pages[index];
        new Span<uint>(words, FifoEventWord.PerPage).Fill(FifoEventWord.Masked);
        var argument = new EvtchnExpandArray { ArrayGfn = FrameOf((byte*)words) };
        HypervisorCalls.Check(hypervisor.EventChannelOp(EventChannelOp.ExpandArray, &argument), "EVTCHNOP_expand_array", $"page {index}");
        _queues.AddPage(words);
    }

    private byte* AllocatePage()
    {
        byte* page = hypervisor.AllocateFrames(1);
        return page is not null
            ? page
            : throw new XenException(XenErrno.ENOMEM, "set up FIFO event channels", "the guest has no free page for event words");
    }

    private ulong FrameOf(byte* page)
    {
        hypervisor.TryFrameOf(page, out ulong frame);
        return frame;
    }
}
