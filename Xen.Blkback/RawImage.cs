using Microsoft.Win32.SafeHandles;
using Xen.Platform;

namespace Xen.Blkback;

/// <summary>An open raw image: a file or a block device, whose first byte is the disk's first byte. Of any length, also none.</summary>
public sealed class RawImage : IDisposable
{
    private RawImage(string path, SafeFileHandle file, ulong sizeBytes)
    {
        Path = path;
        File = file;
        SizeBytes = sizeBytes;
    }

    /// <summary>The path it was opened by.</summary>
    public string Path { get; }

    /// <summary>The open file, for <see cref="RandomAccess"/> or a stream. It is closed by <see cref="Dispose"/>.</summary>
    public SafeFileHandle File { get; }

    /// <summary>Its length when it was opened, in bytes.</summary>
    public ulong SizeBytes { get; }

    /// <summary>Opens an image; others may read and write it meanwhile.</summary>
    /// <param name="path">An existing file or block device. Anything else is refused before it is opened: a pipe would wait for its other end.</param>
    /// <param name="access">What for.</param>
    /// <exception cref="XenException">No such file (<see cref="XenErrno.ENOENT"/>), no access (<see cref="XenErrno.EACCES"/>), or nothing that holds an image.</exception>
    public static RawImage Open(string path, FileAccess access)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string operation = $"open image {path} for {(access == FileAccess.Read ? "reading" : "reading and writing")}";
        SafeFileHandle file = OpenFile(path, access, operation);
        try
        {
            return new RawImage(path, file, (ulong)FileKind.LengthOf(file));
        }
        catch (Exception exception) when (exception is IOException or NotSupportedException)
        {
            file.Dispose();
            throw new XenException(XenErrno.EINVAL, operation, "it has no length; a raw image was expected", exception);
        }
    }

    /// <summary>Closes the file. Idempotent.</summary>
    public void Dispose() => File.Dispose();

    private static SafeFileHandle OpenFile(string path, FileAccess access, string operation)
    {
        if (Directory.Exists(path))
        {
            throw new XenException(XenErrno.EISDIR, operation, "it is a directory; a raw image was expected");
        }

        if (FileKind.ExplainUnfit(path) is { } kind)
        {
            throw new XenException(XenErrno.EINVAL, operation, $"{kind}; a raw image was expected, a file or a block device");
        }

        try
        {
            return System.IO.File.OpenHandle(path, FileMode.Open, access, FileShare.ReadWrite);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new XenException(XenErrno.ENOENT, operation, "there is no such file; a raw image was expected", exception);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new XenException(
                XenErrno.EACCES, operation, "this process may not; a file with that permission was expected, or a read-only device", exception);
        }
        catch (IOException exception)
        {
            throw new XenException(XenErrno.EIO, operation, $"{exception.Message} A raw image was expected", exception);
        }
    }
}
