using System.Runtime.InteropServices;

namespace Xen.Blkback;

/// <summary>What a path leads to. It is asked before a file is opened: opening a pipe waits for its other end, and some devices act when they are opened.</summary>
internal static unsafe partial class FileKind
{
    // struct statx and its constants are the same on every architecture, where struct stat is not.
    private const int CurrentFolder = -100;
    private const uint TypeOnly = 1;
    private const int StatxSize = 256;
    private const int ModeOffset = 28;
    private const int TypeMask = 0xF000;

    /// <summary>Names what can hold no image. <see langword="null"/> for a regular file, a block device, and what is not known, which opening will tell.</summary>
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
            0x4000 => "it is a directory",
            0xC000 => "it is a socket",
            _ => null,
        };
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, byte* buffer);
}
