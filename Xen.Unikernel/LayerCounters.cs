using System.Runtime.InteropServices;

namespace Xen.Unikernel;

/// <summary><c>struct unikernel_counters</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LayerCounters
{
    public ulong FreeFrames;
    public ulong CommittedPages;
    public ulong CommitLimitPages;
    public ulong Threads;
    public ulong IdleNanoseconds;
    public ulong UnknownCalls;
    public ulong ConsoleDropped;
    public ulong DoubledInterrupts;
    public ulong EarlyInterrupts;
    public ulong TimerInterrupts;

    /// <summary>What may be promised still. Stacks may have used more than that.</summary>
    public readonly ulong AvailablePages => CommittedPages < CommitLimitPages ? CommitLimitPages - CommittedPages : 0;

    public static unsafe LayerCounters Read()
    {
        LayerCounters result;
        Layer.GetCounters(&result);
        return result;
    }
}
