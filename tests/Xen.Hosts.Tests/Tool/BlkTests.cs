using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using XenStack.Tool;

namespace Xen.Hosts.Tests.Tool;

[Collection(ConsoleCollection.Name)]
public sealed class BlkTests : IDisposable
{
    private const int Length = (3 << 20) + 4096;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData(",sector=4096")]
    public async Task A_file_is_written_verified_and_read_back(string sector)
    {
        string disk = _folder.Make("disk.img", Length, seed: 1);
        string data = _folder.Make("data.img", Length, seed: 2);
        string[] world = ["--disk", $"xvda={disk}{sector}"];
        (await ToolRun.Of(["blk", "verify", "xvda", data, .. world])).Refused(1, "device/vbd/51712 differs from", data, "at byte 0");
        (await ToolRun.Of(["blk", "write", "xvda", data, .. world])).Succeeded();
        Assert.Equal(File.ReadAllBytes(data), File.ReadAllBytes(disk));
        (await ToolRun.Of(["blk", "verify", "xvda", data, .. world])).Succeeded();
        (await ToolRun.Of(["blk", "read", "xvda", _folder["out.img"], .. world])).Succeeded();
        Assert.Equal(File.ReadAllBytes(data), File.ReadAllBytes(_folder["out.img"]));
    }

    [LoopTheory]
    [InlineData(512)]
    [InlineData(4096)]
    public async Task A_block_device_is_an_image_as_a_file_is(int sectorSize)
    {
        string disk = _folder.Make("disk.img", Length, seed: 1), data = _folder.Make("data.img", Length, seed: 2);
        string copy = _folder.Make("copy.img", Length, seed: 3);
        using var diskDevice = new LoopDevice(disk, sectorSize);
        using var dataDevice = new LoopDevice(data, sectorSize);
        using var copyDevice = new LoopDevice(copy, sectorSize);
        string[] world = ["--disk", $"xvda={diskDevice.Path},sector={sectorSize}"];
        JsonElement info = (await ToolRun.Of(["blk", "info", "xvda", "--json", .. world])).SucceededWithJson();
        Assert.Equal(Length, info.GetProperty("sizeBytes").GetInt32());
        (await ToolRun.Of(["blk", "verify", "xvda", dataDevice.Path, .. world])).Refused(1, "device/vbd/51712 differs from", dataDevice.Path, "at byte 0");
        (await ToolRun.Of(["blk", "write", "xvda", dataDevice.Path, .. world])).Succeeded();
        Assert.Equal(File.ReadAllBytes(data), File.ReadAllBytes(disk));
        (await ToolRun.Of(["blk", "verify", "xvda", dataDevice.Path, "--disk", $"xvda={diskDevice.Path},ro"])).Succeeded();
        (await ToolRun.Of(["blk", "read", "xvda", copyDevice.Path, .. world])).Succeeded();
        (await ToolRun.Of(["blk", "verify", "xvda", copyDevice.Path, .. world])).Succeeded();
    }

    [Fact]
    public async Task A_part_is_written_read_and_a_single_wrong_byte_is_named()
    {
        string disk = _folder.Make("disk.img", 1 << 20, seed: 1);
        byte[] expected = File.ReadAllBytes(disk);
        string data = _folder.Make("data.img", 8192, seed: 2);
        string[] world = ["--disk", $"xvdb={disk}"];
        JsonElement report = (await ToolRun.Of(["blk", "write", "xvdb", data, "--sector", "10", "--bytes", "4096", "--json", .. world])).SucceededWithJson();
        Assert.Equal("device/vbd/51728", report.GetProperty("name").GetString());
        Assert.Equal(10, report.GetProperty("sector").GetInt32());
        Assert.Equal(4096, report.GetProperty("bytes").GetInt32());
        File.ReadAllBytes(data).AsSpan(0, 4096).CopyTo(expected.AsSpan(5120));
        Assert.Equal(expected, File.ReadAllBytes(disk));
        (await ToolRun.Of(["blk", "read", "xvdb", _folder["part.img"], "--sector", "10", "--bytes", "4096", .. world])).Succeeded();
        Assert.Equal(expected[5120..9216], File.ReadAllBytes(_folder["part.img"]));
        using (FileStream file = File.OpenWrite(data))
        {
            file.Position = 4000;
            file.WriteByte((byte)~expected[5120 + 4000]);
        }

        (await ToolRun.Of(["blk", "verify", "xvdb", data, "--sector", "10", "--bytes", "4096", .. world])).Refused(1, "at byte 9120 of the disk");
    }

    [Theory]
    [InlineData("xvda")]
    [InlineData("51712")]
    [InlineData("#0")]
    [InlineData("device/vbd/51712")]
    public async Task Info_takes_every_way_to_name_a_disk(string device)
    {
        string disk = _folder.Make("disk.img", 1 << 20);
        JsonElement report = (await ToolRun.Of("blk", "info", device, "--json", "--disk", $"xvda={disk},ro,sector=4096")).SucceededWithJson();
        Assert.Equal(
            ["name", "sizeBytes", "sectorSize", "physicalSectorSize", "isReadOnly", "supportsFlush", "supportsDiscard"],
            report.EnumerateObject().Select(property => property.Name));
        Assert.Equal(1 << 20, report.GetProperty("sizeBytes").GetInt32());
        Assert.Equal(4096, report.GetProperty("sectorSize").GetInt32());
        Assert.True(report.GetProperty("isReadOnly").GetBoolean());
        string text = (await ToolRun.Of("blk", "info", device, "--disk", $"xvda={disk},ro,sector=4096")).Succeeded();
        Assert.Contains("1048576 bytes (256 sectors of 4096)", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_done_is_one_line_that_says_what_and_where()
    {
        string disk = _folder.Make("disk.img", 1 << 20);
        string data = _folder.Make("data.img", 1000);
        string[] world = ["--disk", $"xvda={disk}"];
        (await ToolRun.Of(["blk", "info", "xvdc", .. world])).Refused(1, "open vbd xvdc", "51712 (xvda)");
        (await ToolRun.Of(["blk", "info", "device/vbd/", .. world])).Refused(1, "open vbd device/vbd/", "51712 (xvda)");
        (await ToolRun.Of(["blk", "write", "xvda", data, "--disk", $"xvda={disk},ro"])).Refused(1, "1000 bytes are no whole number of sectors", "512");
        (await ToolRun.Of(["blk", "write", "xvda", disk, "--disk", $"xvda={disk},ro"])).Refused(1, "cannot write device/vbd/51712", "read-only");
        (await ToolRun.Of(["blk", "write", "xvda", _folder["none.img"], .. world])).Refused(1, "open image", _folder["none.img"], "there is no such file");
        (await ToolRun.Of(["blk", "read", "xvda", "/nowhere/out.img", .. world])).Refused(1, "cannot write /nowhere/out.img");
        (await ToolRun.Of(["blk", "read", "xvda", "/dev/full", .. world])).Refused(1, "/dev/full", "No space left");
        (await ToolRun.Of(["blk", "read", "xvda", _folder["x"], "--sector", "9999", .. world])).Refused(1, "--sector is 9999", "2048 sectors");
        Assert.False(File.Exists(_folder["x"]));
        (await ToolRun.Of(["blk", "write", "xvda", data, "--bytes", "1024", .. world])).Refused(1, "--bytes is 1024", data, "1000 bytes");
        (await ToolRun.Of(["blk", "write", "xvda", disk, "--sector", "1", .. world])).Refused(1, "too many for device/vbd/51712", "1048064");
    }

    [Theory]
    [InlineData("xvda", "--disk is 'xvda': expected NAME=FILE")]
    [InlineData("=x", "--disk is '=x'")]
    [InlineData("xvda=", "--disk is 'xvda='")]
    [InlineData("xvda=a,rw", "--disk is 'xvda=a,rw'")]
    [InlineData("xvda=a,sector=513", "sector=4096")]
    public async Task A_wrong_disk_option_is_refused(string option, string expected) =>
        (await ToolRun.Of("blk", "info", "xvda", "--disk", option)).Refused(64, expected, "xenstack blk info --help");

    [Fact]
    public async Task An_image_that_is_none_is_refused_before_a_guest_starts()
    {
        string odd = _folder.Make("odd.img", 1000);
        (await ToolRun.Of("blk", "info", "xvda", "--disk", $"xvda={odd}")).Refused(69, odd, "1000 bytes", "whole number of sectors");
        (await ToolRun.Of("blk", "info", "xvda", "--disk", $"sda={odd}")).Refused(69, "add disk 'sda'", "xvda");
        (await ToolRun.Of("blk", "info", "xvda", "--disk", $"xvda={_folder["none.img"]}")).Refused(69, _folder["none.img"], "there is no such file");
    }

    [Theory]
    [InlineData("pipe", "69", "it is a pipe", "blk", "info", "xvda", "--disk", "xvda=PIPE,ro")]
    [InlineData("pipe", "69", "it is a pipe", "blk", "info", "xvda", "--disk", "xvda=PIPE")]
    [InlineData("pipe", "1", "it is a pipe", "blk", "write", "xvda", "PIPE", "--disk", "xvda=DISK")]
    [InlineData("/dev/zero", "69", "it is a character device", "blk", "info", "xvda", "--disk", "xvda=PIPE,ro")]
    [InlineData("/dev/zero", "1", "it is a character device", "blk", "verify", "xvda", "PIPE", "--disk", "xvda=DISK")]
    public async Task What_is_no_file_is_refused_and_nobody_waits_for_it(string name, string code, string expected, params string[] args)
    {
        string path = name[0] == '/' ? name : _folder[name];
        if (path != name)
        {
            using var make = Process.Start("mkfifo", [path]);
            await make.WaitForExitAsync();
            Assert.Equal(0, make.ExitCode);
        }

        string disk = _folder.Make("disk.img", 1 << 20);
        string[] words = [.. args.Select(word => word.Replace("PIPE", path, StringComparison.Ordinal).Replace("DISK", disk, StringComparison.Ordinal))];
        // In a process of its own: one that waits can be ended.
        ChildProcess child = await ChildProcess.RunAsync(typeof(XenStackCommand).Assembly, words);
        new ToolRun(child.ExitCode, child.Output, child.Error).Refused(int.Parse(code, CultureInfo.InvariantCulture), path, expected, "raw image");
    }
}
