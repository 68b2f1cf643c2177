using Xen.Blkfront;
using Xen.Devices;
using Xen.Grants;
using Xen.Rings;
using Xen.Simulation;
using Xen.Simulation.Choices;
using Xen.Store;

namespace Xen.Checks.Blk;

/// <summary>A whole block front end in the simulation against a back end that does what it likes.</summary>
public static class BlkDeviceChecks
{
    private static readonly BlkfrontOptions Small = new() { CopyPages = 32, ReservedPages = 16, MaxSegments = 16 };

    /// <summary>
    /// R7, R8, R11: whatever the back end writes, answers or keeps, every operation completes once, no buffer changes after its operation, and
    /// in the end nothing is left over but what the back end itself holds; the device connects again.
    /// </summary>
    public static void HoldsAgainstAnyBackend(IChoice choice) => BlkBench.RunCheck(choice, async bench =>
    {
        var disk = new HostileDisk(bench, choice);
        BlkfrontDevice device = await OpenAsync(bench, disk, choice);
        for (int round = 0; round < 2; round++)
        {
            using var load = new BlkLoad(device, choice);
            await MisbehaveAsync(bench, disk, load, choice);
            bool wasConnected = device.IsConnected;
            await bench.OnDom0Async(disk.CloseAsync);
            XenbusEnd end = await device.ConnectionCompletion;
            Expect.That(wasConnected || end.Exception is XenProtocolException, $"The device broke and its end says {end}.");
            await load.ExpectAllEndedAsync(bench.Time);
            await ExpectRefusedAsync(device, end);
            await ExpectOnlyKeptAsync(bench, disk);
            if (round == 0)
            {
                Task connecting = bench.OnDom0Async(disk.ConnectAsync);
                await device.ReconnectAsync();
                await connecting;
            }
        }

        await device.DisposeAsync();
    });

    /// <summary>R4: what an answer's status means to an operation, and to those that come after it.</summary>
    public static void StatusesBecomeResults(IChoice choice) => BlkBench.RunCheck(choice, async bench =>
    {
        var disk = new HostileDisk(bench, choice);
        await using BlkfrontDevice device = await OpenAsync(bench, disk, choice);
        for (int step = 0; step < 20; step++)
        {
            var kind = (BlkifOperation)((int[])[0, 1, 3, 5])[choice.Next(4)];
            BlockDeviceInfo before = device.Info;
            var status = (short)((int[])[0, -1, -2, -3, 1, short.MinValue, short.MaxValue])[choice.Next(7)];
            Task<DeviceResult> operation = StartAsync(device, kind);
            if (!operation.IsCompleted)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1), bench.Time);
                await bench.OnDom0Async(() => disk.AnswerAll(_ => (BlkifStatus)status));
            }

            Expect.Equal(ResultOf(kind, status, before), await operation, $"{kind} answered with {status}");
            bool isRefusal = status == -2;
            Expect.Equal(before.SupportsFlush && !(isRefusal && kind == BlkifOperation.FlushDiskcache), device.Info.SupportsFlush, "flush is offered");
            Expect.Equal(before.SupportsDiscard && !(isRefusal && kind == BlkifOperation.Discard), device.Info.SupportsDiscard, "discard is offered");
        }

        await bench.OnDom0Async(disk.CloseAsync);
    });

    /// <summary>
    /// R16: a page that is written from holds the data and zeroes, one that is read into nothing that the guest ever wrote; a caller to whom
    /// the back end gave nothing gets zeroes.
    /// </summary>
    public static void PagesHoldTheDataAlone(IChoice choice) => BlkBench.RunCheck(choice, async bench =>
    {
        var disk = new HostileDisk(bench, choice);
        await using BlkfrontDevice device = await OpenAsync(bench, disk, choice);
        for (byte fill = 1; fill < 30; fill++)
        {
            byte expected = fill;
            var buffer = new byte[512 * (1 + choice.Next(120))];
            buffer.AsSpan().Fill(fill);
            bool isWrite = choice.Next(2) == 0;
            Task<DeviceResult> operation = StartAsync(device, buffer, isWrite, choice, out BlockBuffer reserved);
            await AnswerAndLookAsync(bench, disk, operation, page => ExpectOnly(page.Page, page.Segment, isWrite ? expected : (byte)0));
            Expect.That((await operation).IsSuccess, "The operation failed.");
            ReadOnlySpan<byte> got = reserved.Owner is null ? buffer : reserved.Span;
            Expect.That(isWrite || got.IndexOfAnyExcept((byte)0) < 0, "A read gave what the back end never wrote (R16).");
            reserved.Dispose();
        }

        await bench.OnDom0Async(disk.CloseAsync);
    });

    /// <summary>R7: the pages of a cancelled operation belong to nobody until the back end has answered.</summary>
    public static void CancellationFreesNothingThatIsGranted(IChoice choice) => BlkBench.RunCheck(choice, async bench =>
    {
        var disk = new HostileDisk(bench, choice);
        await using BlkfrontDevice device = await OpenAsync(bench, disk, choice);
        bool isReserved = choice.Next(2) == 0;
        bool isWrite = choice.Next(2) == 0;
        using var cancellation = new CancellationTokenSource();
        // All the pages there are, so that whoever gets one gets one of these.
        var buffer = new byte[(isReserved ? Small.ReservedPages : Small.CopyPages) * 4096];
        device.TryReserve(Small.ReservedPages * 4096, out BlockBuffer reserved);
        Task<DeviceResult> operation = (isReserved, isWrite) switch
        {
            (true, true) => device.WriteAsync(0, reserved, cancellation.Token).AsTask(),
            (true, false) => device.ReadAsync(0, reserved, cancellation.Token).AsTask(),
            (false, true) => device.WriteAsync(0, buffer.AsMemory(), cancellation.Token).AsTask(),
            _ => device.ReadAsync(0, buffer.AsMemory(), cancellation.Token).AsTask(),
        };
        await Task.Delay(TimeSpan.FromMilliseconds(1), bench.Time);
        await bench.OnDom0Async(disk.Take);
        int issued = disk.Taken.Count;
        cancellation.Cancel();
        await Task.WhenAny(operation);
        Expect.That(operation.IsCanceled, $"A cancelled operation is {operation.Status}.");
        reserved.Dispose();
        bool wasReserved = device.TryReserve(4096, out BlockBuffer early);
        Expect.That(!isReserved || !wasReserved, "Pages that the back end can reach were handed out (R7).");
        Task<DeviceResult> next = device.ReadAsync(0, new byte[512].AsMemory()).AsTask();
        await Task.Delay(TimeSpan.FromMilliseconds(1), bench.Time);
        await bench.OnDom0Async(() =>
        {
            foreach (BlkifRequestSlot slot in disk.Taken.Take(issued))
            {
                // Still granted, and still writable by a back end that was to fill them.
                disk.ForEachPage(slot, (page, _) => WriteIfRead(page, isWrite));
            }

            disk.AnswerAll(_ => BlkifStatus.Okay);
        });
        await Task.Delay(TimeSpan.FromMilliseconds(1), bench.Time);
        await bench.OnDom0Async(() => disk.AnswerAll(_ => BlkifStatus.Okay));
        Expect.That((await next).IsSuccess, "The operation after it failed.");
        Expect.That(buffer.AsSpan().IndexOfAnyExcept((byte)0) < 0, "A cancelled read wrote to its caller's memory.");
        early.Dispose();
        Expect.That(device.TryReserve(Small.ReservedPages * 4096, out BlockBuffer all), "The pages did not come back.");
        all.Dispose();
        await bench.OnDom0Async(disk.CloseAsync);
    });

    /// <summary>R7: a back end that answers and keeps a page ends the connection, and the page is nobody's until it lets go.</summary>
    public static void KeptPagesAreQuarantined(IChoice choice) => BlkBench.RunCheck(choice, async bench =>
    {
        var disk = new HostileDisk(bench, choice);
        Task connecting = bench.OnDom0Async(disk.ConnectAsync);
        await using BlkfrontDevice device = await bench.OpenAsync(Small);
        await connecting;
        Task<DeviceResult> operation = StartAsync(device, (BlkifOperation)choice.Next(2));
        await Task.Delay(TimeSpan.FromMilliseconds(1), bench.Time);
        await bench.OnDom0Async(() =>
        {
            disk.Take();
            disk.KeepPageOfFirst();
        });
        await Task.WhenAny(operation);
        Expect.That(
            operation.Exception?.InnerException is XenProtocolException breach && breach.Message.Contains("R7", StringComparison.Ordinal),
            $"An operation whose page was kept is {operation.Status}: {operation.Exception?.InnerException?.Message}");
        Expect.That(!device.IsConnected && device.GetStatistics().QuarantinedPages == 1, "The device goes on, or does not count the page.");
        await bench.OnDom0Async(disk.CloseAsync);
        await device.ConnectionCompletion;
        await ExpectOnlyKeptAsync(bench, disk);
    });

    /// <summary>A flush is issued when everything before it is answered, and everything after it waits for its answer.</summary>
    public static void FlushIsABarrier(IChoice choice) => BlkBench.RunCheck(choice, async bench =>
    {
        var disk = new HostileDisk(bench, choice);
        await using BlkfrontDevice device = await OpenAsync(bench, disk, choice);
        List<Task<DeviceResult>> operations = [];
        List<BlkifOperation> expected = [];
        for (int i = 0; i < 12; i++)
        {
            BlkifOperation kind = choice.Next(3) == 0 ? BlkifOperation.FlushDiskcache : BlkifOperation.Write;
            expected.Add(kind);
            operations.Add(StartAsync(device, kind));
        }

        while (expected.Count > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), bench.Time);
            await bench.OnDom0Async(disk.Take);
            int writes = expected.TakeWhile(kind => kind == BlkifOperation.Write).Count();
            int count = Math.Max(writes, 1);
            Expect.Equal(count, disk.Taken.Count, $"requests under way, of {string.Join(" ", expected)}");
            Expect.That(writes > 0 || disk.Taken[0].Operation == (byte)BlkifOperation.FlushDiskcache, "The flush is not there.");
            expected.RemoveRange(0, count);
            await bench.OnDom0Async(() => disk.AnswerAll(_ => BlkifStatus.Okay));
        }

        Expect.That((await Task.WhenAll(operations)).All(result => result.IsSuccess), "An operation failed.");
        await bench.OnDom0Async(disk.CloseAsync);
    });

    /// <summary>R13: whatever states the back end walks through, opening ends in time and leaves nothing.</summary>
    public static void StatesInAnyOrderEnd(IChoice choice) => BlkBench.RunCheck(choice, async bench =>
    {
        Task walking = bench.OnDom0Async(async () =>
        {
            foreach ((string key, string value) in new HostileDisk(bench, choice).Keys)
            {
                await bench.Dom0.Store.WriteAsync(bench.Paths.Backend + "/" + key, value);
            }

            for (int step = 0; step < 12; step++)
            {
                await bench.Dom0.Store.WriteAsync(bench.Paths.Backend + "/state", ((string[])["0", "1", "2", "2", "3", "4", "5", "6", "7", "8", "9", "x"])[choice.Next(12)]);
                await Task.Delay(TimeSpan.FromMilliseconds(choice.Next(200)), bench.Dom0.Scheduler.TimeProvider);
            }

            return true;
        });
        long start = bench.Time.GetTimestamp();
        try
        {
            BlkfrontDevice device = await bench.OpenAsync(Small);
            Task read = device.ReadAsync(0, new byte[512].AsMemory()).AsTask();
            await Task.WhenAny(read, Task.Delay(TimeSpan.FromSeconds(2), bench.Time));
            await device.DisposeAsync();
            Expect.That(read.IsCompleted, "An operation outlived its device (R11).");
        }
        catch (Exception exception) when (exception is Platform.XenException or XenProtocolException)
        {
        }

        TimeSpan took = bench.Time.GetElapsedTime(start);
        Expect.That(took < BlkBench.Timeouts.Connect + BlkBench.Timeouts.Close + TimeSpan.FromSeconds(5), $"Opening and closing took {took}.");
        await walking;
        Expect.Equal("6", await bench.Guest.Store.ReadTextAsync(bench.Paths.Frontend + "/state"), "the front end's state");
    });

    private static void WriteIfRead(MappedGrants page, bool isWrite)
    {
        if (!isWrite)
        {
            page.Bytes.Fill(0xDD);
        }
    }

    private static async Task<BlkfrontDevice> OpenAsync(BlkBench bench, HostileDisk disk, IChoice choice)
    {
        Task connecting = bench.OnDom0Async(disk.ConnectAsync);
        BlkfrontOptions options = Small with { RingPageOrder = (uint)choice.Next(3) };
        BlkfrontDevice device = choice.Next(3) == 0 ? await bench.OpenWithStandingGrantsAsync(options) : await bench.OpenAsync(options);
        await connecting;
        return device;
    }

    private static async Task MisbehaveAsync(BlkBench bench, HostileDisk disk, BlkLoad load, IChoice choice)
    {
        for (int step = 0; step < 30; step++)
        {
            load.Step();
            await bench.OnDom0Async(disk.Misbehave);
            await Task.Delay(TimeSpan.FromMilliseconds(choice.Next(3)), bench.Time);
        }
    }

    private static async Task ExpectRefusedAsync(BlkfrontDevice device, XenbusEnd end)
    {
        try
        {
            DeviceResult result = await device.ReadAsync(0, new byte[512].AsMemory());
            Expect.Equal(DeviceStatus.Disconnected, result.Status, $"an operation after {end}");
        }
        catch (XenProtocolException breach)
        {
            Expect.That(ReferenceEquals(breach, end.Exception), $"The breach is told as {breach.Message}");
        }
    }

    private static async Task ExpectOnlyKeptAsync(BlkBench bench, HostileDisk disk)
    {
        // What it keeps stays granted, and only that.
        int grants = bench.Simulation.Leaks().Count(leak => leak.Kind == SimulationLeakKind.Grant);
        Expect.That(grants <= disk.Kept.Count, $"{grants} grants are left over, the back end keeps {disk.Kept.Count}.");
        await bench.OnDom0Async(disk.LetGo);
        await Task.Delay(TimeSpan.FromMinutes(5), bench.Time);
    }

    private static async Task<DeviceResult> StartAsync(BlkfrontDevice device, BlkifOperation kind) => kind switch
    {
        BlkifOperation.Read => await device.ReadAsync(0, new byte[4096].AsMemory()),
        BlkifOperation.Write => await device.WriteAsync(0, new byte[4096].AsMemory()),
        BlkifOperation.FlushDiskcache => await device.FlushAsync(),
        _ => await device.DiscardAsync(0, 8),
    };

    private static DeviceResult ResultOf(BlkifOperation kind, short status, BlockDeviceInfo info)
    {
        bool isOptional = kind is BlkifOperation.FlushDiskcache or BlkifOperation.Discard;
        bool isOffered = kind == BlkifOperation.FlushDiskcache ? info.SupportsFlush : info.SupportsDiscard;
        if (isOptional && (!isOffered || status == -2))
        {
            return new DeviceResult(DeviceStatus.NotSupported, 0);
        }

        // Whatever is none of the three counts as an error.
        return status == 0 ? DeviceResult.Success : new DeviceResult(DeviceStatus.Io, status == -2 ? -2 : -1);
    }

    private static Task<DeviceResult> StartAsync(BlkfrontDevice device, byte[] buffer, bool isWrite, IChoice choice, out BlockBuffer reserved)
    {
        reserved = default;
        if (choice.Next(2) == 0 && device.TryReserve(Math.Min(buffer.Length, device.MaxReservationLength), out reserved))
        {
            if (isWrite)
            {
                reserved.Span.Fill(buffer[0]);
            }

            return isWrite ? device.WriteAsync(0, reserved).AsTask() : device.ReadAsync(0, reserved).AsTask();
        }

        return isWrite ? device.WriteAsync(0, buffer.AsMemory()).AsTask() : device.ReadAsync(0, buffer.AsMemory()).AsTask();
    }

    private static async Task AnswerAndLookAsync(
        BlkBench bench, HostileDisk disk, Task operation, Action<(MappedGrants Page, BlkifRequestSegment Segment)> look)
    {
        while (!operation.IsCompleted)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), bench.Time);
            await bench.OnDom0Async(() =>
            {
                disk.Take();
                foreach (BlkifRequestSlot slot in disk.Taken)
                {
                    disk.ForEachPage(slot, (page, segment) => look((page, segment)));
                }

                disk.AnswerAll(_ => BlkifStatus.Okay);
            });
        }
    }

    private static void ExpectOnly(MappedGrants page, BlkifRequestSegment segment, byte expected)
    {
        ReadOnlySpan<byte> bytes = page.Bytes;
        int from = segment.FirstSect * 512;
        int to = (segment.LastSect + 1) * 512;
        Expect.That(bytes[from..to].IndexOfAnyExcept(expected) < 0, $"The data of a page is not {expected} (R16).");
        Expect.That(bytes[..from].IndexOfAnyExcept((byte)0) < 0 && bytes[to..].IndexOfAnyExcept((byte)0) < 0,
            $"The page holds more than sectors {segment.FirstSect} to {segment.LastSect} (R16).");
    }
}
