using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Xen.Blkback;

/// <summary>What the kernel says of a file and .NET does not.</summary>
internal static unsafe partial class FileKind
{
    // struct statx and its constants are the same on every architecture, where struct stat is not.
    private const int CurrentFolder = -100;
    private const uint TypeOnly = 1;
    private const int StatxSize = 256;
    private const int ModeOffset = 28;
    private const int TypeMask = 0xF000;
    private const int FromStart = 0;
    private const int FromEnd = 2;

    /// <summary>
    /// Names what can hold no image. <see langword="null"/> for a regular file, a block device, a directory, and what is not known, which opening will tell.
    /// It is asked before a file is opened: opening a pipe waits for its other end, and some devices act when they are opened.
    /// </summary>
    /// <param name="path">A path; symbolic links are followed.</param>
    public static string? ExplainUnfit(string path)
    {
        byte* buffer = stackalloc byte[StatxSize];
        if (!OperatingSystem.IsLinux() || Statx(CurrentFolder, path, 0, TypeOnly, buffer) != 0)
        {
            return null;
        }

        return (*(ushort*)(buffer + ModeOffset) & TypeMask) switch
        {
            0x1000 => "it is a pipe",
            0x2000 => "it is a character device",
            0xC000 => "it is a socket",
            _ => null,
        };
    }

    /// <summary>Finds the length of a file or a block device, in bytes. .NET reads <c>st_size</c>, which is 0 for a device: only its end tells.</summary>
    /// <param name="file">A file that was just opened. It is at its start again then, where a stream over it begins.</param>
    /// <exception cref="IOException">It has no end to go to.</exception>
    public static long LengthOf(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
        {
            return RandomAccess.GetLength(file);
        }

        long length = Seek(file, 0, FromEnd);
        return length >= 0 && Seek(file, 0, FromStart) == 0 ? length : throw new IOException(Marshal.GetLastPInvokeErrorMessage());
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, byte* buffer);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long Seek(SafeFileHandle file, long offset, int origin);
}
