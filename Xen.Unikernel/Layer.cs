using System.Runtime.InteropServices;

namespace Xen.Unikernel;

/// <summary>The freestanding layer below: <c>layer/abi.h</c> has the same list. Linked into the image, so each call is a plain one.</summary>
internal static unsafe partial class Layer
{
    private const string Library = "unikernel";

    [LibraryImport(Library, EntryPoint = "unikernel_get_info")]
    [SuppressGCTransition]
    public static partial void GetInfo(LayerInfo* info);

    [LibraryImport(Library, EntryPoint = "unikernel_get_counters")]
    public static partial void GetCounters(LayerCounters* counters);

    [LibraryImport(Library, EntryPoint = "unikernel_count_writable_executable")]
    public static partial ulong CountWritableExecutable();

    [LibraryImport(Library, EntryPoint = "unikernel_hypercall")]
    [SuppressGCTransition]
    public static partial long Hypercall(ulong number, ulong a, ulong b, ulong c, ulong d, ulong e);

    [LibraryImport(Library, EntryPoint = "unikernel_allocate_frames")]
    [SuppressGCTransition]
    public static partial byte* AllocateFrames(ulong count);

    [LibraryImport(Library, EntryPoint = "unikernel_free_frames")]
    [SuppressGCTransition]
    public static partial void FreeFrames(byte* address, ulong count);

    [LibraryImport(Library, EntryPoint = "unikernel_show_frames")]
    public static partial byte* ShowFrames(ulong first, ulong count);

    [LibraryImport(Library, EntryPoint = "unikernel_hide_frames")]
    public static partial void HideFrames(ulong first, ulong count);

    [LibraryImport(Library, EntryPoint = "unikernel_read_physical")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool ReadPhysical(ulong address, byte* buffer, ulong length);

    [LibraryImport(Library, EntryPoint = "unikernel_timestamp_counter")]
    [SuppressGCTransition]
    public static partial ulong TimestampCounter();

    [LibraryImport(Library, EntryPoint = "unikernel_shared_info")]
    [SuppressGCTransition]
    public static partial byte* SharedInfo();

    [LibraryImport(Library, EntryPoint = "unikernel_take_upcall")]
    [SuppressGCTransition]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool TakeUpcall();

    [LibraryImport(Library, EntryPoint = "unikernel_wait")]
    public static partial void Wait(ulong deadline);

    [LibraryImport(Library, EntryPoint = "unikernel_wake")]
    [SuppressGCTransition]
    public static partial void Wake();

    [LibraryImport(Library, EntryPoint = "unikernel_random")]
    public static partial void Random(byte* buffer, ulong length);

    [LibraryImport(Library, EntryPoint = "unikernel_console_attach")]
    public static partial void ConsoleAttach();

    [LibraryImport(Library, EntryPoint = "unikernel_console_detach")]
    public static partial void ConsoleDetach(byte* begun, ulong begunLength, byte* rest, ulong restLength);

    [LibraryImport(Library, EntryPoint = "unikernel_console_waiting")]
    [SuppressGCTransition]
    public static partial ulong ConsoleWaiting(byte** text);

    [LibraryImport(Library, EntryPoint = "unikernel_console_advance")]
    [SuppressGCTransition]
    public static partial void ConsoleAdvance(ulong count);

    [LibraryImport(Library, EntryPoint = "unikernel_shutdown")]
    public static partial void Shutdown(uint reason);
}
