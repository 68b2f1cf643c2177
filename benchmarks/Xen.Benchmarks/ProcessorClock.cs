using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Xen.Benchmarks;

/// <summary>The processor time of the calling thread: what else runs on the machine does not count, except for the caches that it takes.</summary>
internal static unsafe partial class ProcessorClock
{
    private const int ThreadProcessorTime = 3;

    /// <summary>Nanoseconds that this thread has run.</summary>
    public static double Nanoseconds
    {
        get
        {
            long* time = stackalloc long[2];
            return GetTime(ThreadProcessorTime, time) == 0 ? (time[0] * 1e9) + time[1] : throw new Win32Exception();
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetTime(int clock, long* time);
}
