namespace Xen.Events;

/// <summary>How Xen and a guest share which ports are pending (xen-protocols 1.5).</summary>
public enum EventAbi
{
    /// <summary>Words of bits in the shared info page: 4,096 ports, no order among them. Every Xen has it.</summary>
    TwoLevel,

    /// <summary>Queues of linked words in the guest's own pages: 131,072 ports, first come first served, 16 priorities. Since Xen 4.4.</summary>
    Fifo,
}
