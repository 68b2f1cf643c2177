using Xen.Platform.Abi;

namespace Xen.Events;

/// <summary>Priorities of ports: what FIFO event channels can do and no other kind.</summary>
public interface IEventPriority
{
    /// <summary>Sets the priority with which events of a port are delivered from now on; one that is queued keeps its place.</summary>
    /// <param name="port">A port of this epoch.</param>
    /// <param name="priority">
    /// <see cref="FifoControlBlock.HighestPriority"/> (0) to <see cref="FifoControlBlock.LowestPriority"/> (15);
    /// a new port has <see cref="FifoControlBlock.DefaultPriority"/> (7).
    /// </param>
    EventStatus SetPriority(EventPort port, int priority);
}
