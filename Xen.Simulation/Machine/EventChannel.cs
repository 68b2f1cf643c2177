using Xen.Platform.Abi;

namespace Xen.Simulation.Machine;

/// <summary>Xen's side of one port.</summary>
internal sealed class EventChannel(uint port)
{
    public uint Port { get; } = port;

    public EvtchnState State { get; set; }

    public ushort RemoteDomain { get; set; }

    /// <summary>The other end's port, or the virtual interrupt.</summary>
    public uint RemotePort { get; set; }

    public uint Vcpu { get; set; }

    /// <summary>FIFO: the queue of its next events.</summary>
    public int Priority { get; set; } = FifoControlBlock.DefaultPriority;

    /// <summary>FIFO: the queue that it was last put into.</summary>
    public int Queue { get; set; } = FifoControlBlock.DefaultPriority;

    /// <summary>FIFO: an event came before the domain gave the page for the port's word.</summary>
    public bool IsPendingWithoutWord { get; set; }
}
