using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Xen.Platform;

namespace Xen.Blkback;

/// <summary>A raw image: a file or a block device. A flush is an <c>fsync</c>.</summary>
public sealed unsafe class FileBlockStore : IBlockStore
{
    private readonly SafeFileHandle _file;

    private FileBlockStore(RawImage image, int sectorSize, bool isReadOnly)
    {
        _file = image.File;
        Name = image.Path;
        SizeBytes = image.SizeBytes;
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
    /// <param name="path">An existing file or block device.</param>
    /// <param name="sectorSize">Bytes in a sector: a power of two from 512 to 4096.</param>
    /// <exception cref="XenException">No such file, no access, read-only, or not a whole number of sectors.</exception>
    public static FileBlockStore Open(string path, int sectorSize = StoreSectorSize.Smallest) => Open(path, sectorSize, FileAccess.ReadWrite);

    /// <summary>Opens an image for reading.</summary>
    /// <param name="path">An existing file or block device.</param>
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
        StoreSectorSize.Check(sectorSize);
        RawImage image = RawImage.Open(path, access);
        if (image.SizeBytes != 0 && image.SizeBytes % (ulong)sectorSize == 0)
        {
            return new FileBlockStore(image, sectorSize, access == FileAccess.Read);
        }

        image.Dispose();
        throw new XenException(
            XenErrno.EINVAL,
            $"open image {path}",
            string.Create(
                CultureInfo.InvariantCulture, $"it has {image.SizeBytes} bytes; a whole number of sectors of {sectorSize} bytes was expected, at least one"));
    }

    // What the file system may say of a file that was open for this.
    private static bool IsFailure(Exception exception) => exception is IOException or UnauthorizedAccessException;
}
