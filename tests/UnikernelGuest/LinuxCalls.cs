using System.Runtime.InteropServices;

namespace Xen.UnikernelGuest;

/// <summary>The C library's, where a check needs what the base library does not do.</summary>
internal static unsafe partial class LinuxCalls
{
    public const int Readable = 1;
    public const int Writable = 2;
    public const nint Failed = -1;

    private const string Library = "libSystem.Native";
    private const int PrivateAnonymous = 0x22;

    public static nint Map(ulong length, int protection) => Map(0, length, protection, PrivateAnonymous, -1, 0);

    [LibraryImport(Library, EntryPoint = "mmap")]
    public static partial nint Map(nint address, ulong length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport(Library, EntryPoint = "munmap")]
    public static partial int Unmap(nint address, ulong length);

    [LibraryImport(Library, EntryPoint = "mprotect")]
    public static partial int Protect(nint address, ulong length, int protection);

    /// <summary>Fills in <c>struct sysinfo</c>: words 4 and 5 are the bytes of memory in all and those that are free.</summary>
    [LibraryImport(Library, EntryPoint = "sysinfo")]
    public static partial int SystemInformation(ulong* information);

    [LibraryImport(Library, EntryPoint = "signal")]
    public static partial nint Signal(int number, nint handler);

    [LibraryImport(Library, EntryPoint = "pthread_sigmask")]
    public static partial int SignalMask(int how, ulong* set, ulong* old);

    [LibraryImport(Library, EntryPoint = "getrandom")]
    public static partial nint Random(byte* buffer, ulong length, uint flags);

    /// <summary>-1, and Linux's number of the error in <see cref="Marshal.GetLastPInvokeError"/>, as each function of the C library.</summary>
    [LibraryImport(Library, EntryPoint = "clock_gettime", SetLastError = true)]
    public static partial int ClockTime(int clock, long* time);

    /// <summary>Any system call, by its number; the same for errors.</summary>
    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    public static partial nint Call(nint number);

    [LibraryImport(Library, EntryPoint = "raise")]
    public static partial int Raise(int number);
}
