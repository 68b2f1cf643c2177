using System.CommandLine;
using Spectre.Console;
using Xen.Blkback;
using Xen.Devices;

namespace XenStack.Tool;

/// <summary><c>xenstack blk</c>: reads and writes a disk through the block front end.</summary>
internal sealed class BlkCommand : Command
{
    private readonly GlobalOptions _options;
    private readonly Argument<string> _device = new("device")
    {
        Description = "Its name (xvda), number (51712), slot (#0), node, or what it serves.",
        CustomParser = WordParser.Device,
    };

    private readonly Argument<FileInfo> _file = new("file") { Description = "A raw image file." };
    private readonly Option<ulong> _sector = new("--sector")
    {
        Description = "The first sector, in units of the disk's sector size.",
        CustomParser = NumberParser.Between("--sector", 0UL, ulong.MaxValue),
    };

    private readonly Option<long> _bytes = new("--bytes")
    {
        Description = "How many bytes: whole sectors. To the end of the disk, or all of the file, when left out.",
        CustomParser = NumberParser.Between("--bytes", 0L, long.MaxValue),
        DefaultValueFactory = _ => -1,
    };

    public BlkCommand(GlobalOptions options)
        : base("blk", "Read and write a disk.")
    {
        _options = options;
        AddVerb("info", "Say what the disk is.", [], (result, disk, _) => Info(result, disk));
        AddVerb("read", "Copy the disk, or a part of it, to a file.", [_file, _sector, _bytes], ReadAsync);
        AddVerb("write", "Copy a file to the disk and flush it.", [_file, _sector, _bytes], WriteAsync);
        AddVerb("verify", "Compare the disk with a file.", [_file, _sector, _bytes], VerifyAsync);
    }

    private void AddVerb(string name, string description, Symbol[] symbols, Func<ParseResult, IBlockDevice, CancellationToken, Task> body)
    {
        Command verb = new(name, description) { _device };
        foreach (Symbol symbol in symbols)
        {
            if (symbol is Argument argument)
            {
                verb.Add(argument);
            }
            else
            {
                verb.Add((Option)symbol);
            }
        }

        verb.SetAction(result => GuestRunner.RunAsync(result, _options, async (guest, end) =>
        {
            await using IBlockDevice disk = await guest.OpenBlockAsync(result.GetRequiredValue(_device), end);
            await body(result, disk, end);
        }));
        Add(verb);
    }

    private Task Info(ParseResult result, IBlockDevice disk)
    {
        BlockDeviceInfo info = disk.Info;
        var report = new DiskReport(
            disk.Name, info.SizeBytes, info.SectorSize, info.PhysicalSectorSize, info.IsReadOnly, info.SupportsFlush, info.SupportsDiscard);
        if (result.GetValue(_options.Json))
        {
            ToolOutput.Json(report, ToolJsonContext.Default.DiskReport);
            return Task.CompletedTask;
        }

        Table table = new Table().Border(TableBorder.None).HideHeaders().AddColumns("", "");
        table.AddRow("name", report.Name.EscapeMarkup());
        table.AddRow("size", $"{report.SizeBytes} bytes ({info.SizeSectors} sectors of {report.SectorSize})");
        table.AddRow("physical sector", $"{report.PhysicalSectorSize} bytes");
        table.AddRow("access", report.IsReadOnly ? "read-only" : "read and write");
        table.AddRow("flush", report.SupportsFlush ? "yes" : "no");
        table.AddRow("discard", report.SupportsDiscard ? "yes" : "no");
        ToolOutput.Render(table);
        return Task.CompletedTask;
    }

    private async Task ReadAsync(ParseResult result, IBlockDevice disk, CancellationToken end)
    {
        DiskRange range = Range(result, disk, disk.Info.SizeBytes, "the disk");
        using FileStream output = Files.CreateOutput(result.GetRequiredValue(_file));
        await range.EachChunkAsync("reading", disk, async (sector, chunk) =>
        {
            DiskRange.Require(await disk.ReadAsync(sector, chunk, end), disk, "read", sector, chunk.Length);
            output.Write(chunk.Span);
        });
        Report(result, "read", disk, output.Name, range);
    }

    private async Task WriteAsync(ParseResult result, IBlockDevice disk, CancellationToken end)
    {
        using RawImage image = RawImage.Open(result.GetRequiredValue(_file).FullName, FileAccess.Read);
        using var input = new FileStream(image.File, FileAccess.Read);
        DiskRange range = Range(result, disk, image.SizeBytes, image.Path);
        if (disk.Info.IsReadOnly)
        {
            throw new ToolException($"cannot write {disk.Name}: it is a read-only disk.");
        }

        await range.EachChunkAsync("writing", disk, async (sector, chunk) =>
        {
            input.ReadExactly(chunk.Span);
            DiskRange.Require(await disk.WriteAsync(sector, chunk, end), disk, "write", sector, chunk.Length);
        });
        DiskRange.Require(await disk.FlushAsync(end), disk, "flush", range.Sector, range.Bytes);
        Report(result, "wrote", disk, image.Path, range);
    }

    private async Task VerifyAsync(ParseResult result, IBlockDevice disk, CancellationToken end)
    {
        using RawImage image = RawImage.Open(result.GetRequiredValue(_file).FullName, FileAccess.Read);
        using var input = new FileStream(image.File, FileAccess.Read);
        DiskRange range = Range(result, disk, image.SizeBytes, image.Path);
        byte[] expected = new byte[DiskRange.ChunkBytes];
        await range.EachChunkAsync("verifying", disk, async (sector, chunk) =>
        {
            input.ReadExactly(expected, 0, chunk.Length);
            DiskRange.Require(await disk.ReadAsync(sector, chunk, end), disk, "read", sector, chunk.Length);
            int same = chunk.Span.CommonPrefixLength(expected.AsSpan(0, chunk.Length));
            if (same != chunk.Length)
            {
                throw new ToolException($"{disk.Name} differs from {image.Path} at byte {((long)sector * disk.Info.SectorSize) + same} of the disk.");
            }
        });
        Report(result, "verified", disk, image.Path, range);
    }

    private DiskRange Range(ParseResult result, IBlockDevice disk, ulong sourceBytes, string source) =>
        DiskRange.Of(disk, result.GetValue(_sector), result.GetValue(_bytes), sourceBytes, source);

    private void Report(ParseResult result, string done, IBlockDevice disk, string file, DiskRange range)
    {
        if (result.GetValue(_options.Json))
        {
            ToolOutput.Json(new TransferReport(done, disk.Name, file, range.Sector, range.Bytes), ToolJsonContext.Default.TransferReport);
            return;
        }

        ToolOutput.Line($"{done} {range.Bytes} bytes of {disk.Name} from sector {range.Sector}");
    }
}
