using Xen.Blkback;
using Xen.Blkfront;
using Xen.Devices;
using Xen.Simulation.Choices;

namespace Xen.Checks.Blk;

/// <summary>Front end and back end together against a disk that is a byte array, in every way in which they can agree.</summary>
public static class BlkModelChecks
{
    private const int SizeBytes = 1 << 20;

    /// <summary>R8: whatever is read, written, flushed and discarded at the same time, split and buffered in any way, the disk holds what it should.</summary>
    public static void DataIsWhatWasWritten(IChoice choice) => BlkBench.RunCheck(choice, async bench =>
    {
        using var store = new PlainBlockStore(SizeBytes, 512 << choice.Next(4));
        IBlockStore? memory = null;
        if (choice.Next(2) == 0)
        {
            memory = await bench.OnDom0Async(() => Task.FromResult<IBlockStore>(MemoryBlockStore.Allocate(bench.Dom0.Grants, SizeBytes / 4096, store.SectorSize)));
        }

        bench.ServeBorrowed(memory ?? store, AnyBackend(choice));
        BlkfrontDevice device = await OpenAsync(bench, choice);
        var model = new DiskModel(device, choice);
        Expect.Equal((ulong)SizeBytes, device.Info.SizeBytes, "the size");
        for (int batch = 0; batch < 8; batch++)
        {
            await model.RunBatchAsync();
            Expect.That(memory is not null || store.Durable.SequenceEqual(model.Durable), "A flush did not make durable what was written before it.");
        }

        await model.ExpectAllAsync();
        await device.DisposeAsync();
        await bench.StopServingAsync();
        await bench.OnDom0Async(() => memory?.Dispose());
    });

    /// <summary>A read-only disk gives its content and takes nothing, whoever asks.</summary>
    public static void ReadOnlyStaysAsItWas(IChoice choice) => BlkBench.RunCheck(
        choice,
        async bench =>
        {
            using var store = new PlainBlockStore(SizeBytes, 512 << choice.Next(4), choice.Next(2) == 0);
            store.Content.Fill(0x5A);
            bench.ServeBorrowed(store, AnyBackend(choice));
            await using BlkfrontDevice device = await OpenAsync(bench, choice);
            var buffer = new byte[device.Info.SectorSize * (1 + choice.Next(40))];
            Expect.That(device.Info.IsReadOnly && !device.Info.SupportsDiscard, "The device is not read-only.");
            Expect.Equal(DeviceStatus.ReadOnly, (await device.WriteAsync(0, buffer.AsMemory())).Status, "a write");
            Expect.Equal(DeviceStatus.ReadOnly, (await device.DiscardAsync(0, 1)).Status, "a discard");
            Expect.That((await device.ReadAsync(0, buffer.AsMemory())).IsSuccess && buffer.AsSpan().IndexOfAnyExcept((byte)0x5A) < 0, "A read failed.");
            Expect.That(store.Content.IndexOfAnyExcept((byte)0x5A) < 0, "The disk changed.");
        },
        isReadOnly: true);

    /// <summary>What the store cannot do is an I/O error, and the next operation works again.</summary>
    public static void FailuresAreResults(IChoice choice) => BlkBench.RunCheck(choice, async bench =>
    {
        using var store = new PlainBlockStore(SizeBytes, 512);
        bench.ServeBorrowed(store, AnyBackend(choice));
        await using BlkfrontDevice device = await OpenAsync(bench, choice);
        var buffer = new byte[512 * (1 + choice.Next(600))];
        for (int i = 0; i < 10; i++)
        {
            store.IsFailing = choice.Next(2) == 0;
            DeviceResult expected = store.IsFailing ? new DeviceResult(DeviceStatus.Io, -1) : DeviceResult.Success;
            DeviceResult result = choice.Next(3) switch
            {
                0 => await device.ReadAsync(0, buffer.AsMemory()),
                1 => await device.WriteAsync(0, buffer.AsMemory()),
                _ when device.Info.SupportsFlush => await device.FlushAsync(),
                _ => expected,
            };
            Expect.Equal(expected, result, "the result");
        }
    });

    /// <summary>The device as a stream is a stream of its bytes.</summary>
    public static void StreamIsAStream(IChoice choice) => BlkBench.RunCheck(choice, async bench =>
    {
        using var store = new PlainBlockStore(SizeBytes, 512 << choice.Next(4));
        bench.ServeBorrowed(store);
        await using Stream stream = (await OpenAsync(bench, choice)).AsStream();
        using var model = new MemoryStream(new byte[SizeBytes]);
        for (int step = 0; step < 25; step++)
        {
            int length = choice.Next(choice.Next(2) == 0 ? 600 : 20_000);
            model.Position = stream.Position = choice.Next(3) == 0 ? SizeBytes - choice.Next(20_000) : choice.Next(SizeBytes - 20_000);
            await StepAsync(stream, model, length, choice);
            Expect.Equal(model.Position, stream.Position, "the position");
        }

        await stream.FlushAsync();
        Expect.That(store.Durable.SequenceEqual(model.ToArray()), "The disk is not what the stream wrote.");
    });

    internal static BlkbackOptions AnyBackend(IChoice choice) => new()
    {
        MaxRingPageOrder = (uint)choice.Next(5),
        MaxIndirectSegments = ((int[])[0, 5, 32, 256, 512])[choice.Next(5)],
        OffersFlush = choice.Next(4) > 0,
        OffersDiscard = choice.Next(4) > 0,
        RequestsPerTurn = 1 + choice.Next(40),
    };

    internal static ValueTask<BlkfrontDevice> OpenAsync(BlkBench bench, IChoice choice)
    {
        var options = new BlkfrontOptions
        {
            RingPageOrder = (uint)choice.Next(5),
            MaxSegments = ((int[])[1, 4, 11, 12, 32, 64])[choice.Next(6)],
            CopyPages = 1 + choice.Next(choice.Next(2) == 0 ? 16 : 200),
            ReservedPages = choice.Next(60),
        };
        return choice.Next(3) == 0 ? bench.OpenWithStandingGrantsAsync(options) : bench.OpenAsync(options);
    }

    private static async Task StepAsync(Stream stream, MemoryStream model, int length, IChoice choice)
    {
        var bytes = new byte[length];
        if (choice.Next(2) == 0)
        {
            var expected = new byte[length];
            int count = model.Read(expected);
            Expect.Equal(count, await stream.ReadAsync(bytes.AsMemory()), "how much was read");
            Expect.That(bytes.AsSpan().SequenceEqual(expected), $"The {count} bytes before {stream.Position} are not what was written.");
            return;
        }

        bytes.AsSpan().Fill((byte)(1 + choice.Next(255)));
        if (length > model.Length - model.Position)
        {
            await ExpectBeyondAsync(stream, bytes);
            return;
        }

        model.Write(bytes);
        await stream.WriteAsync(bytes.AsMemory());
    }

    private static async Task ExpectBeyondAsync(Stream stream, byte[] bytes)
    {
        try
        {
            await stream.WriteAsync(bytes.AsMemory());
        }
        catch (IOException refusal)
        {
            Expect.That(refusal.Message.Contains("device/vbd/51712", StringComparison.Ordinal), $"The error names no device: {refusal.Message}");
            return;
        }

        throw new CheckFailedException("A write beyond the end was taken.");
    }
}
