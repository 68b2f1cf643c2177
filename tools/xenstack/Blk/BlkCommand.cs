using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using Xen.Devices;

namespace XenStack.Tool;

/// <summary><c>xenstack blk</c>: reads and writes a disk through the block front end.</summary>
internal sealed class BlkCommand : Command
{
    private const int ChunkBytes = 1 << 20;

    private readonly GlobalOptions _options;
    private readonly Option<ulong> _sector = new("--sector") { Description = "The first sector, in units of the disk's sector size." };
    private readonly Option<long?> _bytes = new("--bytes") { Description = "How many bytes; to the end when left out." };

    public BlkCommand(GlobalOptions options)
        : base("blk", "Read and write a disk.")
    {
        _options = options;
        Argument<string> device = new("device") { Description = "Its name (xvda), number (51712) or node." };
        Argument<FileInfo> file = new("file") { Description = "A raw image file." };
        AddVerb("info", "Say what the disk is.", device, result => disk => Info(result, disk));
        AddVerb("read", "Copy the disk, or a part of it, to a file.", device, result => disk => ReadAsync(result, disk, file)).Add(file);
        AddVerb("write", "Copy a file to the disk and flush it.", device, result => disk => WriteAsync(result, disk, file)).Add(file);
        AddVerb("verify", "Compare the disk with a file.", device, result => disk => VerifyAsync(result, disk, file)).Add(file);
    }

    private Command AddVerb(string name, string description, Argument<string> device, Func<ParseResult, Func<IBlockDevice, Task>> body)
    {
        Command verb = new(name, description) { device };
        verb.Add(_sector);
        verb.Add(_bytes);
        verb.SetAction(result => GuestRunner.RunAsync(result, _options, async guest =>
        {
            await using IBlockDevice disk = await guest.OpenBlockAsync(result.GetRequiredValue(device));
            await body(result)(disk);
        }));
        Add(verb);
        return verb;
    }

    private Task Info(ParseResult result, IBlockDevice disk)
    {
        BlockDeviceInfo info = disk.Info;
        var report = new DiskReport(
            disk.Name, info.SizeBytes, info.SectorSize, info.PhysicalSectorSize, info.IsReadOnly, info.SupportsFlush, info.SupportsDiscard);
        if (result.GetValue(_options.Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(report, ToolJsonContext.Default.DiskReport));
            return Task.CompletedTask;
        }

        Table table = new Table().Border(TableBorder.None).HideHeaders().AddColumns("", "");
        table.AddRow("name", report.Name.EscapeMarkup());
        table.AddRow("size", $"{report.SizeBytes} bytes ({info.SizeSectors} sectors of {report.SectorSize})");
        table.AddRow("physical sector", $"{report.PhysicalSectorSize} bytes");
        table.AddRow("access", report.IsReadOnly ? "read-only" : "read and write");
        table.AddRow("flush", report.SupportsFlush ? "yes" : "no");
        table.AddRow("discard", report.SupportsDiscard ? "yes" : "no");
        AnsiConsole.Write(table);
        return Task.CompletedTask;
    }

    private async Task ReadAsync(ParseResult result, IBlockDevice disk, Argument<FileInfo> file)
    {
        using FileStream output = result.GetRequiredValue(file).Create();
        DiskRange range = Range(result, disk, wanted: null);
        await EachChunkAsync("reading", disk, range, async (sector, chunk) =>
        {
            (await disk.ReadAsync(sector, chunk)).ThrowIfFailed();
            output.Write(chunk.Span);
        });
        Console.WriteLine($"read {range.Bytes} bytes from {disk.Name}");
    }

    private async Task WriteAsync(ParseResult result, IBlockDevice disk, Argument<FileInfo> file)
    {
        using FileStream input = OpenInput(result.GetRequiredValue(file));
        DiskRange range = Range(result, disk, input.Length);
        await EachChunkAsync("writing", disk, range, async (sector, chunk) =>
        {
            input.ReadExactly(chunk.Span);
            (await disk.WriteAsync(sector, chunk)).ThrowIfFailed();
        });
        (await disk.FlushAsync()).ThrowIfFailed();
        Console.WriteLine($"wrote {range.Bytes} bytes to {disk.Name}");
    }

    private async Task VerifyAsync(ParseResult result, IBlockDevice disk, Argument<FileInfo> file)
    {
        using FileStream input = OpenInput(result.GetRequiredValue(file));
        DiskRange range = Range(result, disk, input.Length);
        byte[] expected = new byte[ChunkBytes];
        await EachChunkAsync("verifying", disk, range, async (sector, chunk) =>
        {
            input.ReadExactly(expected, 0, chunk.Length);
            (await disk.ReadAsync(sector, chunk)).ThrowIfFailed();
            int same = chunk.Span.CommonPrefixLength(expected.AsSpan(0, chunk.Length));
            if (same != chunk.Length)
            {
                throw new ToolException($"{disk.Name} differs from {input.Name} at byte {((long)sector * disk.Info.SectorSize) + same} of the disk.");
            }
        });
        Console.WriteLine($"{range.Bytes} bytes of {disk.Name} are the same");
    }

    private static async Task EachChunkAsync(string what, IBlockDevice disk, DiskRange range, Func<ulong, Memory<byte>, Task> body)
    {
        using var progress = new Progress(what, range.Bytes);
        byte[] buffer = new byte[ChunkBytes];
        ulong sector = range.Sector;
        for (long left = range.Bytes; left > 0;)
        {
            int length = (int)Math.Min(left, ChunkBytes);
            await body(sector, buffer.AsMemory(0, length));
            progress.Advance(length);
            sector += (ulong)(length / disk.Info.SectorSize);
            left -= length;
        }
    }

    private static FileStream OpenInput(FileInfo file) =>
        file.Exists ? file.OpenRead() : throw new ToolException($"{file.FullName}: there is no such file.");

    private DiskRange Range(ParseResult result, IBlockDevice disk, long? wanted)
    {
        BlockDeviceInfo info = disk.Info;
        ulong sector = result.GetValue(_sector);
        if (sector > info.SizeSectors)
        {
            throw new ToolException($"--sector is {sector}: {disk.Name} has {info.SizeSectors} sectors.");
        }

        long room = (long)((info.SizeSectors - sector) * (ulong)info.SectorSize);
        long bytes = result.GetValue(_bytes) ?? wanted ?? room;
        if (bytes < 0 || bytes > room || bytes % info.SectorSize != 0)
        {
            throw new ToolException(
                $"{bytes} bytes from sector {sector}: expected a multiple of the sector size {info.SectorSize}, at most {room} bytes.");
        }

        return new DiskRange(sector, bytes);
    }

    private readonly record struct DiskRange(ulong Sector, long Bytes);
}
