using System.Runtime.InteropServices;

namespace Xen.UnikernelGuest;

/// <summary><c>struct unikernel_counters</c> of the layer, and its page pool, called past the product's own port.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe partial struct LayerCounters
{
    public ulong FreeFrames;
    public ulong CommittedPages;
    public ulong CommitLimitPages;
    public ulong Threads;
    public ulong IdleNanoseconds;
    public ulong UnknownCalls;
    public ulong ConsoleDropped;
    public ulong WritableExecutablePages;
    public ulong DoubledInterrupts;

    public static LayerCounters Read()
    {
        LayerCounters counters;
        Get(&counters);
        return counters;
    }

    [LibraryImport("unikernel", EntryPoint = "unikernel_allocate_frames")]
    public static partial byte* TakeFrames(ulong count);

    [LibraryImport("unikernel", EntryPoint = "unikernel_free_frames")]
    public static partial void GiveFrames(byte* address, ulong count);

    [LibraryImport("unikernel", EntryPoint = "unikernel_get_counters")]
    private static partial void Get(LayerCounters* counters);
}
