using Xen.Blkback;
using Xen.Blkfront;
using Xen.Checks.Blk;
using Xen.Devices;
using Xen.Platform;
using Xen.Rings;
using Xen.Store;

namespace Xen.Floor3.Tests.Blkfront;

/// <summary>Front end and back end in the simulation.</summary>
public class BlockEndToEndTests
{
    private const int Length = 4 << 20;

    [Theory]
    [InlineData(512, 0u, 0)]
    [InlineData(512, 4u, 256)]
    [InlineData(4096, 0u, 256)]
    [InlineData(4096, 2u, 0)]
    public void What_is_written_and_flushed_is_in_the_image_file(int sectorSize, uint ringPageOrder, int indirectSegments)
    {
        using var image = new ImageFile(Length);
        byte[] written = Random(Length);
        Run(_ => FileBlockStore.Open(image.Path, sectorSize), new BlkbackOptions { MaxIndirectSegments = indirectSegments }, async bench =>
        {
            await using BlkfrontDevice disk = await bench.OpenAsync(new BlkfrontOptions { RingPageOrder = ringPageOrder });
            Assert.Equal((sectorSize, (ulong)(Length / sectorSize)), (disk.Info.SectorSize, disk.Info.SizeSectors));
            (await disk.WriteAsync(0, written.AsMemory())).ThrowIfFailed();
            (await disk.FlushAsync()).ThrowIfFailed();
            Assert.Equal(written, image.Bytes);
            var read = new byte[Length];
            (await disk.ReadAsync(0, read.AsMemory())).ThrowIfFailed();
            Assert.Equal(written, read);
            Assert.Equal(indirectSegments > 0, disk.GetStatistics().IndirectRequests > 0);
        });
    }

    [Fact]
    public void A_read_only_file_is_a_read_only_disk()
    {
        using var image = new ImageFile(Length);
        Run(
            _ => FileBlockStore.OpenReadOnly(image.Path),
            null,
            async bench =>
            {
                await using BlkfrontDevice disk = await bench.OpenAsync();
                Assert.True(disk.Info.IsReadOnly);
                Assert.Equal(DeviceStatus.ReadOnly, (await disk.WriteAsync(0, Random(512).AsMemory())).Status);
                (await disk.ReadAsync(0, new byte[512].AsMemory())).ThrowIfFailed();
            },
            isReadOnly: true);
        Assert.Equal(new byte[Length], image.Bytes);
    }

    [Fact]
    public void A_read_only_image_is_not_served_as_one_that_can_be_written()
    {
        using var image = new ImageFile(Length);
        Run(_ => FileBlockStore.OpenReadOnly(image.Path), null, async bench =>
        {
            XenException refused = await Assert.ThrowsAsync<XenException>(async () => await bench.OpenAsync());
            Assert.Contains(bench.Paths.Backend, refused.Message, StringComparison.Ordinal);
            string? error = await bench.Dom0.Store.TryReadTextAsync($"/local/domain/0/error/backend/vbd/{bench.Guest.Id.Value}/51712/error");
            Assert.Contains("mode is \"w\"", error, StringComparison.Ordinal);
            Assert.Contains(image.Path, error, StringComparison.Ordinal);
            Assert.Contains("\"r\" was expected", error, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(4u)]
    public void A_long_operation_fills_the_ring(uint ringPageOrder) => Run(Memory, null, async bench =>
    {
        var options = new BlkfrontOptions { RingPageOrder = ringPageOrder, MaxSegments = 1, CopyPages = 1024, ReservedPages = 0 };
        await using BlkfrontDevice disk = await bench.OpenAsync(options);
        ValueTask<DeviceResult> reading = disk.ReadAsync(0, new byte[Length].AsMemory());
        RingState ring = disk.Ring!.Value;
        Assert.Equal((uint)Blkif.RingSize(ringPageOrder), ring.ReqProd - ring.RspProd);
        (await reading).ThrowIfFailed();
        Assert.Equal(Length / 4096, disk.GetStatistics().Requests);
    });

    [Theory]
    [InlineData(1, 16)]
    [InlineData(4, 4)]
    [InlineData(11, 2)]
    [InlineData(16, 1)]
    public void Requests_are_no_longer_than_was_chosen(int maxSegments, int requests) => Run(Memory, null, async bench =>
    {
        await using BlkfrontDevice disk = await bench.OpenAsync(new BlkfrontOptions { MaxSegments = maxSegments });
        (await disk.ReadAsync(0, new byte[65536].AsMemory())).ThrowIfFailed();
        Assert.Equal(requests, disk.GetStatistics().Requests);
    });

    [Fact]
    public void What_was_started_is_answered_when_the_front_end_closes() => Run(Memory, null, async bench =>
    {
        BlkfrontDevice disk = await bench.OpenAsync(new BlkfrontOptions { CopyPages = 8 });
        Task<DeviceResult>[] writing = [.. Enumerable.Range(0, 50).Select(i => disk.WriteAsync((ulong)i * 80, new byte[40960].AsMemory()).AsTask())];
        long start = bench.Time.GetTimestamp();
        await disk.DisposeAsync();
        Assert.True(bench.Time.GetElapsedTime(start) < BlkBench.Timeouts.Close);
        Assert.All(writing, write => Assert.True(write.Result.IsSuccess));
        Assert.Throws<ObjectDisposedException>(() => { _ = disk.ReadAsync(0, new byte[512].AsMemory()); });
        await disk.DisposeAsync();
    });

    [Fact]
    public void What_was_started_is_answered_when_the_back_end_closes() => Run(Memory, null, async bench =>
    {
        await using BlkfrontDevice disk = await bench.OpenAsync(new BlkfrontOptions { CopyPages = 8 });
        Task<DeviceResult>[] writing = [.. Enumerable.Range(0, 50).Select(i => disk.WriteAsync((ulong)i * 80, new byte[40960].AsMemory()).AsTask())];
        await bench.StopServingAsync();
        await disk.ConnectionCompletion;
        Assert.All(writing, write => Assert.True(write.Result.IsSuccess));
        Assert.Equal(DeviceStatus.Disconnected, (await disk.FlushAsync()).Status);
        Assert.False(disk.TryReserve(512, out _));
        Assert.False(disk.IsConnected);
    });

    [Fact]
    public void One_connection_after_another_leaves_nothing() => Run(Memory, null, async bench =>
    {
        for (byte round = 1; round <= 10; round++)
        {
            BlkfrontDevice disk = round % 2 == 0 ? await bench.OpenAsync() : await bench.OpenWithStandingGrantsAsync();
            (await disk.WriteAsync(round, Random(512).AsMemory())).ThrowIfFailed();
            Assert.True(disk.TryReserve(4096, out BlockBuffer kept));
            await disk.DisposeAsync();
            Assert.Throws<ObjectDisposedException>(() => kept.Span.Length);
            kept.Dispose();
        }
    });

    [Theory]
    [InlineData(true, 0L)]
    [InlineData(false, 8192L)]
    public void Reserved_memory_is_granted_itself_unless_grants_are_kept(bool keepsGrants, long reservedBytes) => Run(Memory, null, async bench =>
    {
        await using BlkfrontDevice disk = await bench.OpenAsync(new BlkfrontOptions { KeepGrants = keepsGrants });
        string? said = await bench.Guest.Store.TryReadTextAsync($"{bench.Paths.Frontend}/{BlkifKeys.FeaturePersistent}");
        Assert.Equal(keepsGrants ? "1" : null, said);
        Assert.True(disk.TryReserve(8192, out BlockBuffer buffer));
        using BlockBuffer held = buffer;
        int granted = bench.Guest.Grants.Capacity.InUse;
        Random(8192).CopyTo(held.Span);
        (await disk.WriteAsync(8, held)).ThrowIfFailed();
        (await disk.ReadAsync(8, held)).ThrowIfFailed();
        Assert.Equal(granted, bench.Guest.Grants.Capacity.InUse);
        Assert.Equal(2 * reservedBytes, disk.GetStatistics().ReservedBytes);
        Assert.Equal(16384 - (2 * reservedBytes), disk.GetStatistics().CopiedBytes);
    });

    [Fact]
    public void A_device_that_is_disposed_while_it_connects_again_leaves_nothing() => RunBench(async bench =>
    {
        using var first = new PlainBlockStore(65536, 512);
        using var stop = new CancellationTokenSource();
        Task serving = bench.OnDom0Async(() => new BlkbackDevice(bench.Dom0.Ports, bench.Paths.Backend, first).ServeAsync(stop.Token));
        BlkfrontDevice disk = await bench.OpenAsync();
        stop.Cancel();
        await serving;
        await disk.ConnectionCompletion;
        ValueTask again = disk.ReconnectAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await disk.ReconnectAsync());
        bench.Serve(Memory);
        await disk.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await again);
        Assert.False(disk.IsConnected);
    });

    [Fact]
    public void A_device_connects_again_to_a_back_end_that_came_back() => RunBench(async bench =>
    {
        using var store = new PlainBlockStore(65536, 512);
        using var stop = new CancellationTokenSource();
        Task serving = bench.OnDom0Async(() => new BlkbackDevice(bench.Dom0.Ports, bench.Paths.Backend, store).ServeAsync(stop.Token));
        await using BlkfrontDevice disk = await bench.OpenAsync();
        byte[] written = Random(8192);
        (await disk.WriteAsync(8, written.AsMemory())).ThrowIfFailed();
        stop.Cancel();
        await serving;
        await disk.ConnectionCompletion;
        Assert.Equal(DeviceStatus.Disconnected, (await disk.ReadAsync(8, written.AsMemory())).Status);
        bench.ServeBorrowed(store);
        await disk.ReconnectAsync();
        var read = new byte[8192];
        (await disk.ReadAsync(8, read.AsMemory())).ThrowIfFailed();
        Assert.Equal(written, read);
        await disk.DisposeAsync();
        await bench.StopServingAsync();
    });

    [Theory]
    [InlineData(512)]
    [InlineData(4096)]
    public void Ranges_and_lengths_that_are_not_taken_are_refused(int sectorSize) => Run(grants => MemoryBlockStore.Allocate(grants, 16, sectorSize), null, async bench =>
    {
        await using BlkfrontDevice disk = await bench.OpenAsync(new BlkfrontOptions { ReservedPages = 2 });
        ulong size = disk.Info.SizeSectors;
        Memory<byte> sector = new byte[sectorSize];
        Assert.Equal(new DeviceResult(DeviceStatus.OutOfRange, (int)size), await disk.ReadAsync(size, sector));
        Assert.Equal(DeviceStatus.OutOfRange, (await disk.WriteAsync(ulong.MaxValue, sector)).Status);
        Assert.Equal(DeviceStatus.OutOfRange, (await disk.ReadAsync(size - 1, new byte[2 * sectorSize].AsMemory())).Status);
        Assert.Equal(DeviceStatus.OutOfRange, (await disk.DiscardAsync(1, size)).Status);
        Assert.Equal(DeviceStatus.OutOfRange, (await disk.DiscardAsync(0, ulong.MaxValue)).Status);
        Assert.Equal(new DeviceResult(DeviceStatus.InvalidLength, 511), await disk.ReadAsync(0, new byte[511].AsMemory()));
        Assert.Equal(new DeviceResult(DeviceStatus.InvalidLength, 100), await disk.WriteAsync(0, new ReadOnlyMemory<byte>[] { new byte[sectorSize], new byte[100] }));
        Assert.Equal(DeviceResult.Success, await disk.ReadAsync(size, Memory<byte>.Empty));
        Assert.Equal(DeviceResult.Success, await disk.WriteAsync(size - 1, sector));
        Assert.Throws<ArgumentOutOfRangeException>(() => disk.TryReserve(100, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => disk.TryReserve(disk.MaxReservationLength + sectorSize, out _));
        Assert.Equal(1, disk.GetStatistics().Requests);
    });

    [Fact]
    public void A_reserved_buffer_has_one_user() => Run(Memory, null, async bench =>
    {
        await using BlkfrontDevice disk = await bench.OpenAsync();
        Assert.True(disk.TryReserve(8192, out BlockBuffer buffer));
        ValueTask<DeviceResult> reading = disk.ReadAsync(0, buffer);
        Assert.Throws<InvalidOperationException>(() => buffer.Span.Length);
        Assert.Throws<InvalidOperationException>(() => { _ = disk.WriteAsync(0, buffer); });
        (await reading).ThrowIfFailed();
        Assert.Equal(8192, disk.GetStatistics().ReservedBytes);
        Assert.Equal(0, disk.GetStatistics().CopiedBytes);
        buffer.Dispose();
        buffer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => buffer.Span.Length);
    });

    [Fact]
    public void A_guest_that_is_short_of_pages_makes_do_with_less()
    {
        using var bench = new BlkBench(new Xen.Simulation.SimulationOptions { PagesPerDomain = 640 });
        bench.Run(async running =>
        {
            running.Serve(grants => MemoryBlockStore.Allocate(grants, 32), new BlkbackOptions { MaxIndirectSegments = 64 });
            await using BlkfrontDevice disk = await running.OpenAsync(new BlkfrontOptions { CopyPages = 2048, ReservedPages = 1024 });
            byte[] written = Random(32 * 4096);
            (await disk.WriteAsync(0, written.AsMemory())).ThrowIfFailed();
            var read = new byte[written.Length];
            (await disk.ReadAsync(0, read.AsMemory())).ThrowIfFailed();
            Assert.Equal(written, read);
        });
    }

    [Fact]
    public void A_missing_device_is_refused_by_name() => RunBench(async bench =>
    {
        XenProtocolException refused = await Assert.ThrowsAsync<XenProtocolException>(
            async () => await BlkfrontDevice.OpenAsync(bench.Guest.Ports, "device/vbd/99"));
        Assert.Contains("device/vbd/99", refused.Message, StringComparison.Ordinal);
    });

    [Fact]
    public void A_back_end_that_never_comes_is_waited_for_within_bounds() => RunBench(async bench =>
    {
        XenException refused = await Assert.ThrowsAsync<XenException>(async () => await bench.OpenAsync());
        Assert.Equal(XenErrno.ETIMEDOUT, refused.ErrorCode);
        Assert.Contains(bench.Paths.Backend, refused.Message, StringComparison.Ordinal);
    });

    private static MemoryBlockStore Memory(Grants.IGrantTable grants) => MemoryBlockStore.Allocate(grants, Length / 4096);

    private static byte[] Random(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static void Run(Func<Grants.IGrantTable, IBlockStore> makeStore, BlkbackOptions? options, Func<BlkBench, Task> program, bool isReadOnly = false)
    {
        using var bench = new BlkBench(seed: 1);
        bench.Run(
            async running =>
            {
                running.Serve(makeStore, options);
                await program(running);
            },
            isReadOnly);
    }

    private static void RunBench(Func<BlkBench, Task> program)
    {
        using var bench = new BlkBench(seed: 1);
        bench.Run(program);
    }
}
