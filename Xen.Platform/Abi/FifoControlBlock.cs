using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct evtchn_fifo_control_block</c>: 72 bytes (xen-protocols 1.5).</summary>
[StructLayout(LayoutKind.Explicit, Size = 72)]
public unsafe struct FifoControlBlock
{
    /// <summary>Queues, one for each priority; 0 is served first.</summary>
    public const int Queues = 16;

    /// <summary>The priority that is served first.</summary>
    public const int HighestPriority = 0;

    /// <summary>The priority that is served last.</summary>
    public const int LowestPriority = Queues - 1;

    /// <summary>The priority of a port that nobody has given another.</summary>
    public const int DefaultPriority = 7;

    /// <summary><c>ready</c>: one bit for each queue that has events.</summary>
    [FieldOffset(0)]
    public uint Ready;

    /// <summary><c>head</c>: the first port of each queue.</summary>
    [FieldOffset(8)]
    public fixed uint Head[Queues];
}
