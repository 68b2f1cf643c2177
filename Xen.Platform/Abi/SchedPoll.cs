using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct sched_poll</c>: 24 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
public struct SchedPoll
{
    /// <summary><c>ports</c>: address of an array of 32-bit port numbers.</summary>
    [FieldOffset(0)]
    public ulong Ports;

    /// <summary><c>nr_ports</c>: at most 128.</summary>
    [FieldOffset(8)]
    public uint NrPorts;

    /// <summary><c>timeout</c>: system time in nanoseconds; 0 for none.</summary>
    [FieldOffset(16)]
    public ulong Timeout;
}
