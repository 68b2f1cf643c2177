using System.Runtime.InteropServices;

namespace Xen.Simulation.Machine;

/// <summary>What it takes on Linux to show one page at two addresses.</summary>
internal static unsafe partial class Libc
{
    public const int ProtNone = 0;
    public const int ProtReadWrite = 3;
    public const int MapShared = 1;
    public const int MapPrivateAnonymousNoReserve = 0x4022;
    public const int MapFixed = 0x10;
    public const uint CloseOnExec = 1;

    public static void* MapFailed => (void*)-1;

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MemfdCreate(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int Ftruncate(int descriptor, long length);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    public static partial void* Mmap(void* address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    public static partial int Munmap(void* address, nuint length);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);
}
