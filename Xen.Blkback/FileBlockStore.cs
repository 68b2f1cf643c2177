using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Xen.Platform;

namespace Xen.Blkback;

/// <summary>A raw image file. A flush is an <c>fsync</c>.</summary>
public sealed unsafe class FileBlockStore : IBlockStore
{
    private readonly SafeFileHandle _file;

    private FileBlockStore(string path, SafeFileHandle file, ulong sizeBytes, int sectorSize, bool isReadOnly)
    {
        _file = file;
        Name = path;
        SizeBytes = sizeBytes;
        SectorSize = sectorSize;
        IsReadOnly = isReadOnly;
    }

    /// <inheritdoc />
    public string Name { get; }

    /// <inheritdoc />
    public ulong SizeBytes { get; }

    /// <inheritdoc />
    public int SectorSize { get; }

    /// <inheritdoc />
    public int PhysicalSectorSize => StoreSectorSize.Largest;

    /// <inheritdoc />
    public bool IsReadOnly { get; }

    /// <inheritdoc />
    /// <remarks>.NET cannot punch holes into files.</remarks>
    public bool SupportsDiscard => false;

    /// <summary>Opens an image for reading and writing.</summary>
    /// <param name="path">An existing file.</param>
    /// <param name="sectorSize">Bytes in a sector: a power of two from 512 to 4096.</param>
    /// <exception cref="XenException">No such file, no access, read-only, or not a whole number of sectors.</exception>
    public static FileBlockStore Open(string path, int sectorSize = StoreSectorSize.Smallest) => Open(path, sectorSize, FileAccess.ReadWrite);

    /// <summary>Opens an image for reading.</summary>
    /// <param name="path">An existing file.</param>
    /// <param name="sectorSize">Bytes in a sector: a power of two from 512 to 4096.</param>
    /// <exception cref="XenException">No such file, no access, or not a whole number of sectors.</exception>
    public static FileBlockStore OpenReadOnly(string path, int sectorSize = StoreSectorSize.Smallest) => Open(path, sectorSize, FileAccess.Read);

    /// <inheritdoc />
    public byte* DirectAddress(ulong offset) => null;

    /// <inheritdoc />
    public bool TryRead(ulong offset, Span<byte> destination)
    {
        try
        {
            while (!destination.IsEmpty)
            {
                int count = RandomAccess.Read(_file, destination, (long)offset);
                if (count == 0)
                {
                    // The file was cut short since it was opened.
                    return false;
                }

                offset += (ulong)count;
                destination = destination[count..];
            }

            return true;
        }
        catch (Exception exception) when (IsFailure(exception))
        {
            return false;
        }
    }

    /// <inheritdoc />
    public bool TryWrite(ulong offset, ReadOnlySpan<byte> source)
    {
        try
        {
            RandomAccess.Write(_file, source, (long)offset);
            return true;
        }
        catch (Exception exception) when (IsFailure(exception))
        {
            return false;
        }
    }

    /// <inheritdoc />
    public bool TryFlush()
    {
        try
        {
            RandomAccess.FlushToDisk(_file);
            return true;
        }
        catch (Exception exception) when (IsFailure(exception))
        {
            return false;
        }
    }

    /// <inheritdoc />
    public bool TryDiscard(ulong offset, ulong length) => false;

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private static FileBlockStore Open(string path, int sectorSize, FileAccess access)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        StoreSectorSize.Check(sectorSize);
        string operation = $"open image {path} for {(access == FileAccess.Read ? "reading" : "reading and writing")}";
        SafeFileHandle file = OpenFile(path, access, operation);
        try
        {
            return new FileBlockStore(path, file, LengthOf(file, sectorSize, operation), sectorSize, access == FileAccess.Read);
        }
        catch (XenException)
        {
            file.Dispose();
            throw;
        }
    }

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
            return File.OpenHandle(path, FileMode.Open, access, FileShare.ReadWrite);
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

    private static ulong LengthOf(SafeFileHandle file, int sectorSize, string operation)
    {
        long length;
        try
        {
            length = RandomAccess.GetLength(file);
        }
        catch (Exception exception) when (exception is IOException or NotSupportedException)
        {
            throw new XenException(XenErrno.EINVAL, operation, "it has no length; a raw image was expected", exception);
        }

        return length != 0 && length % sectorSize == 0
            ? (ulong)length
            : throw new XenException(
                XenErrno.EINVAL,
                operation,
                string.Create(CultureInfo.InvariantCulture, $"it has {length} bytes; a whole number of sectors of {sectorSize} bytes was expected, at least one"));
    }

    // What the file system may say of a file that was open for this.
    private static bool IsFailure(Exception exception) => exception is IOException or UnauthorizedAccessException;
}
