using System.Runtime.InteropServices;

namespace Xen.Platform.Abi;

/// <summary><c>struct sched_shutdown</c>: 4 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 4)]
public struct SchedShutdown
{
    /// <summary><c>reason</c>.</summary>
    [FieldOffset(0)]
    public ShutdownReason Reason;
}
