using Xen.Devices;

namespace XenStack.Tool;

/// <summary>A range of a disk in whole sectors, handled chunk by chunk.</summary>
internal readonly record struct DiskRange(ulong Sector, long Bytes)
{
    public const int ChunkBytes = 1 << 20;

    /// <summary>Checks what the user asked for.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="sector">The first sector.</param>
    /// <param name="bytes">How many bytes; below 0 for all that there are.</param>
    /// <param name="sourceBytes">How many bytes there are to copy or compare.</param>
    /// <param name="source">Where those are.</param>
    public static DiskRange Of(IBlockDevice disk, ulong sector, long bytes, ulong sourceBytes, string source)
    {
        BlockDeviceInfo info = disk.Info;
        if (sector > info.SizeSectors)
        {
            throw new ToolException($"--sector is {sector}: {disk.Name} has {info.SizeSectors} sectors of {info.SectorSize} bytes.");
        }

        ulong room = (info.SizeSectors - sector) * (ulong)info.SectorSize;
        ulong wanted = bytes >= 0 ? (ulong)bytes : source == "the disk" ? room : sourceBytes;
        if (wanted > sourceBytes)
        {
            throw new ToolException($"--bytes is {wanted}: {source} has {sourceBytes} bytes.");
        }

        if (wanted > room)
        {
            throw new ToolException($"{wanted} bytes from sector {sector} are too many for {disk.Name}: at most {room} bytes are left there.");
        }

        return wanted % (ulong)info.SectorSize == 0
            ? new DiskRange(sector, (long)wanted)
            : throw new ToolException($"{wanted} bytes are no whole number of sectors: those of {disk.Name} have {info.SectorSize} bytes. --bytes takes a part of {source}.");
    }

    /// <summary>Fails with what was tried where.</summary>
    public static void Require(DeviceResult result, IBlockDevice disk, string what, ulong sector, long bytes)
    {
        if (!result.IsSuccess)
        {
            throw new ToolException($"{disk.Name}: {what} of {bytes} bytes at sector {sector} failed: {result}.");
        }
    }

    public async Task EachChunkAsync(string what, IBlockDevice disk, Func<ulong, Memory<byte>, Task> body)
    {
        using var progress = new Progress(what, Bytes);
        byte[] buffer = new byte[ChunkBytes];
        ulong sector = Sector;
        for (long left = Bytes; left > 0;)
        {
            int length = (int)Math.Min(left, ChunkBytes);
            await body(sector, buffer.AsMemory(0, length));
            progress.Advance(length);
            sector += (ulong)(length / disk.Info.SectorSize);
            left -= length;
        }
    }
}
