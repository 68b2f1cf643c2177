using System.Runtime.Versioning;
using Xen.Blkback;
using Xen.Checks.Blk;
using Xen.Floor3.Tests.Blkfront;
using Xen.Platform;

namespace Xen.Floor3.Tests.Blkback;

/// <summary>What a back end serves, and what it does not.</summary>
public class BlockStoreTests
{
    [Theory]
    [InlineData(0, 512, "0 bytes")]
    [InlineData(513, 512, "513 bytes")]
    [InlineData(512, 4096, "512 bytes")]
    public void An_image_is_a_whole_number_of_sectors(int length, int sectorSize, string found)
    {
        using var image = new ImageFile(length);
        ExpectRefused(image.Path, sectorSize, XenErrno.EINVAL, found, $"sectors of {sectorSize} bytes was expected");
    }

    [Fact]
    public void A_missing_image_is_refused_by_name()
    {
        using var image = new ImageFile(512);
        ExpectRefused(Path.Combine(image.Folder, "none.img"), 512, XenErrno.ENOENT, "no such file", "a raw image was expected");
        ExpectRefused(Path.Combine(image.Folder, "none", "none.img"), 512, XenErrno.ENOENT, "no such file", "a raw image was expected");
    }

    [Fact]
    public void A_directory_is_no_image()
    {
        using var image = new ImageFile(512);
        ExpectRefused(image.Folder, 512, XenErrno.EISDIR, "it is a directory", "a raw image was expected");
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void A_file_that_may_not_be_written_is_no_disk_for_writing()
    {
        using var image = new ImageFile(512);
        File.SetUnixFileMode(image.Path, UnixFileMode.UserRead);
        using FileBlockStore store = FileBlockStore.OpenReadOnly(image.Path);
        Assert.True(store.IsReadOnly);
        Assert.False(store.TryWrite(0, new byte[512]));
        // Root may write any file.
        if (!Environment.IsPrivilegedProcess)
        {
            ExpectRefused(FileBlockStore.Open, image.Path, 512, XenErrno.EACCES, "may not", "was expected");
        }
    }

    [Fact]
    public void A_device_without_a_length_is_no_image() => ExpectRefused("/dev/null", 512, XenErrno.EINVAL, "it is a character device", "was expected");

    [Theory]
    [InlineData(0)]
    [InlineData(256)]
    [InlineData(1000)]
    [InlineData(8192)]
    [InlineData(-512)]
    public void A_sector_is_a_power_of_two_from_512_to_4096(int sectorSize)
    {
        using var image = new ImageFile(8192);
        Assert.Contains("512 to 4096", Assert.Throws<ArgumentOutOfRangeException>(() => FileBlockStore.Open(image.Path, sectorSize)).Message, StringComparison.Ordinal);
        using var bench = new BlkBench(seed: 1);
        bench.Run(running => running.OnDom0Async(() =>
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => MemoryBlockStore.Allocate(running.Dom0.Grants, 1, sectorSize));
            Assert.Throws<ArgumentOutOfRangeException>(() => MemoryBlockStore.AllocateReadOnly(running.Dom0.Grants, 1, sectorSize));
        }));
    }

    [Fact]
    public void A_file_that_was_cut_short_fails_and_nothing_more()
    {
        using var image = new ImageFile(8192);
        using FileBlockStore store = FileBlockStore.Open(image.Path);
        using (var file = new FileStream(image.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(4096);
        }

        var bytes = new byte[4096];
        Assert.True(store.TryRead(0, bytes));
        Assert.False(store.TryRead(4096, bytes));
        Assert.False(store.TryRead(2048, bytes));
    }

    private static void ExpectRefused(string path, int sectorSize, XenErrno error, string found, string expected)
    {
        ExpectRefused(FileBlockStore.Open, path, sectorSize, error, found, expected);
        ExpectRefused(FileBlockStore.OpenReadOnly, path, sectorSize, error, found, expected);
    }

    private static void ExpectRefused(Func<string, int, FileBlockStore> open, string path, int sectorSize, XenErrno error, string found, string expected)
    {
        XenException refused = Assert.Throws<XenException>(() => open(path, sectorSize));
        Assert.Equal(error, refused.ErrorCode);
        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
        Assert.Contains(found, refused.Message, StringComparison.Ordinal);
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }
}
