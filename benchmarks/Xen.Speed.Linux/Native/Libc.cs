using System.Runtime.InteropServices;

namespace Xen.Speed.Native;

/// <summary>What the parts on Linux need of it. musl's own functions, linked into the image.</summary>
internal static unsafe partial class Libc
{
    public const int InternetFamily = 2;
    public const int Datagrams = 2;
    public const int SocketLevel = 1;
    public const int ReceiveTimeout = 20;
    public const int ReceiveBufferForce = 33;
    public const int DontWait = 0x40;
    public const int WaitForOne = 0x10000;
    public const int ReadWrite = 2;
    public const int Direct = 0x4000;

    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport(Library, EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(int socket, SocketAddress* address, int length);

    [LibraryImport(Library, EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetSocketOption(int socket, int level, int name, void* value, int length);

    [LibraryImport(Library, EntryPoint = "sendto", SetLastError = true)]
    public static partial nint SendTo(int socket, void* data, nint length, int flags, SocketAddress* to, int toLength);

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport(Library, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, void* buffer, nint length);

    [LibraryImport(Library, EntryPoint = "pread", SetLastError = true)]
    public static partial nint ReadAt(int descriptor, void* buffer, nint length, long offset);

    [LibraryImport(Library, EntryPoint = "pwrite", SetLastError = true)]
    public static partial nint WriteAt(int descriptor, void* buffer, nint length, long offset);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Control(int descriptor, ulong request, void* argument);

    [LibraryImport(Library, EntryPoint = "mlock", SetLastError = true)]
    public static partial int Lock(void* address, nint length);

    [LibraryImport(Library, EntryPoint = "inotify_init1", SetLastError = true)]
    public static partial int WatchFiles(int flags);

    [LibraryImport(Library, EntryPoint = "inotify_add_watch", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int WatchFile(int descriptor, string path, uint events);

    [LibraryImport(Library, EntryPoint = "system", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Shell(string command);

    // For what musl has no function of, or one that makes a call for each message.
    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    public static partial nint Call(nint number, nint a, nint b, nint c, nint d, nint e);

    /// <summary>Returns what is not negative, else throws with the error's number.</summary>
    public static nint Check(nint result, string what) => result >= 0
        ? result
        : throw new IOException($"{what}: error {Marshal.GetLastPInvokeError()}");
}
