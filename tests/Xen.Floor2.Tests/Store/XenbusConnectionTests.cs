using Xen.Platform;
using Xen.Rings;
using Xen.Simulation;
using Xen.Store;

namespace Xen.Floor2.Tests.Store;

public class XenbusConnectionTests
{
    private static readonly XenbusTimeouts Timeouts = new(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(2));

    public static TheoryData<string> Kinds() => ["vbd", "vif"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Both_ends_connect_close_connect_again_and_are_removed(string kind) => Run(kind, async bench =>
    {
        Task<XenbusEnd> serving = bench.ServeAsync(CancellationToken.None);
        for (int round = 0; round < 3; round++)
        {
            XenbusConnection connection = await bench.OpenAsync(new RecordingDriver());
            Assert.Equal(XenbusState.Connected, connection.OwnState);
            Assert.Equal("4", await bench.Simulation.Store.ReadTextAsync(bench.Paths.Backend + "/state"));
            Assert.Equal(XenbusEndReason.Requested, (await connection.CloseAsync()).Reason);
            Assert.Equal("6", await bench.Simulation.Store.ReadTextAsync(bench.Paths.Frontend + "/state"));
            Assert.Equal("6", await bench.Simulation.Store.ReadTextAsync(bench.Paths.Backend + "/state"));
        }

        XenbusConnection last = await bench.OpenAsync(new RecordingDriver());
        Assert.True(await bench.Toolstack.RemoveAsync(bench.Paths, TimeSpan.FromSeconds(10)));
        Assert.Equal(XenbusEndReason.PeerClosed, (await last.Completion).Reason);
        Assert.False((await serving).CanReconnect);
        Assert.All(bench.BackDrivers, driver => Assert.Equal("prepare publish connect drain release", string.Join(' ', driver.Steps)));
        Assert.Equal(4, bench.BackDrivers.Count);
        Assert.False(await bench.Simulation.Store.ExistsAsync(bench.Paths.Frontend));
        // Nothing is left of either, also not the folders that were made for them.
        Assert.Null(await bench.Simulation.Store.TryListAsync("/local/domain/0/backend"));
        Assert.Null(await bench.Simulation.Store.TryListAsync(StorePath.Parent(bench.Paths.Frontend)!));
        Assert.Equal(0, bench.Simulation.Xenstored.WatchCount);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_front_end_without_a_back_end_fails_in_time_and_says_so(string kind) => Run(kind, async bench =>
    {
        var driver = new RecordingDriver();
        XenException failure = await Assert.ThrowsAsync<XenException>(async () => await bench.OpenAsync(driver));
        Assert.Equal(XenErrno.ETIMEDOUT, failure.ErrorCode);
        Assert.Contains("Initialising after 3 s", failure.Message, StringComparison.Ordinal);
        Assert.Empty(driver.Steps);
        Assert.Equal("6", await bench.Simulation.Store.ReadTextAsync(bench.Paths.Frontend + "/state"));
    });

    [Fact]
    public void A_driver_that_fails_is_released_and_the_error_is_in_the_store() => Run("vbd", async bench =>
    {
        Task<XenbusEnd> serving = bench.ServeAsync(CancellationToken.None);
        var driver = new RecordingDriver { OnConnect = (connection, _) => throw connection.Violation("sectors is a number (R12)", "\"many\"") };
        XenProtocolException failure = await Assert.ThrowsAsync<XenProtocolException>(async () => await bench.OpenAsync(driver));
        Assert.Equal((XenbusState.Initialised, XenbusState.Connected), (failure.OwnState, failure.PeerState));
        Assert.Equal("prepare publish connect drain release", string.Join(' ', driver.Steps));
        string error = await bench.Simulation.Store.ReadTextAsync("/local/domain/1/error/device/vbd/51712/error");
        Assert.StartsWith("5 ", error, StringComparison.Ordinal);
        Assert.Contains("sectors is a number", error, StringComparison.Ordinal);
        await bench.Toolstack.RemoveAsync(bench.Paths, TimeSpan.FromSeconds(1));
        await serving;
    });

    [Fact]
    public void The_nodes_vanish_and_nothing_is_written_again() => Run("vif", async bench =>
    {
        Task<XenbusEnd> serving = bench.ServeAsync(CancellationToken.None);
        var driver = new RecordingDriver();
        XenbusConnection connection = await bench.OpenAsync(driver);
        await bench.Toolstack.DestroyAsync(bench.Paths);
        Assert.Contains((await connection.Completion).Reason, new[] { XenbusEndReason.Removed, XenbusEndReason.PeerClosed });
        await serving;
        Assert.Equal("drain release", string.Join(' ', driver.Steps.TakeLast(2)));
        Assert.False(await bench.Simulation.Store.ExistsAsync(bench.Paths.Frontend));
        Assert.False(await bench.Simulation.Store.ExistsAsync(bench.Paths.Backend));
    });

    [Fact]
    public void A_drain_that_hangs_is_cancelled_and_the_end_closes_in_time() => Run("vbd", async bench =>
    {
        using var stop = new CancellationTokenSource();
        Task<XenbusEnd> serving = bench.ServeAsync(stop.Token);
        var driver = new RecordingDriver { OnDrain = async token => await Task.Delay(Timeout.InfiniteTimeSpan, bench.Simulation.TimeProvider, token) };
        XenbusConnection connection = await bench.OpenAsync(driver);
        long start = bench.Simulation.TimeProvider.GetTimestamp();
        await connection.CloseAsync();
        Assert.InRange(bench.Simulation.TimeProvider.GetElapsedTime(start), TimeSpan.Zero, Timeouts.Close * 1.1);
        Assert.Equal("release", driver.Steps[^1]);
        Assert.Equal("6", await bench.Simulation.Store.ReadTextAsync(bench.Paths.Frontend + "/state"));
        stop.Cancel();
        await serving;
    });

    [Fact]
    public void A_back_end_that_writes_its_state_again_makes_the_front_end_look_again() => Run("vbd", async bench =>
    {
        using var stop = new CancellationTokenSource();
        Task<XenbusEnd> serving = bench.ServeAsync(stop.Token);
        var driver = new RecordingDriver();
        XenbusConnection connection = await bench.OpenAsync(driver);
        int before = driver.Steps.Count(step => step == "refresh");
        await bench.Simulation.Store.WriteAsync(bench.Paths.Backend + "/state", "4");
        await Task.Delay(TimeSpan.FromSeconds(1), bench.Simulation.TimeProvider);
        Assert.Equal(before + 1, driver.Steps.Count(step => step == "refresh"));
        stop.Cancel();
        await connection.Completion;
        await serving;
    });

    [Fact]
    public void A_front_end_that_was_left_connected_is_cleared_first() => Run("vbd", async bench =>
    {
        using var stop = new CancellationTokenSource();
        Task<XenbusEnd> serving = bench.ServeAsync(stop.Token);
        await bench.OpenAsync(new RecordingDriver());
        var second = new RecordingDriver();
        // The first is forgotten, as by a program that was killed: it still runs here and sees its state taken away.
        XenbusConnection connection = await bench.OpenAsync(second);
        Assert.Equal(2, bench.BackDrivers.Count(driver => driver.Steps.Contains("connect")));
        Assert.Equal("prepare publish connect", string.Join(' ', second.Steps.Where(step => step != "refresh")));
        await connection.DisposeAsync();
        stop.Cancel();
        await serving;
    });

    [Fact]
    public void Devices_are_listed_opened_in_every_way_and_watched() => Run("vbd", async bench =>
    {
        var devices = new XenDevices(bench.Guest.Ports);
        await using XenDeviceWatch watch = await devices.WatchAsync("vbd");
        Assert.Equal(new XenDeviceChange(XenDeviceChangeKind.Arrived, "vbd", 51712), await watch.WaitAsync());
        DevicePaths second = await bench.Toolstack.AddAsync(new BlockDeviceConfiguration { Guest = bench.Guest.Id, VirtualDevice = 51728, Params = "/images/b.raw" });
        Assert.Equal(new XenDeviceChange(XenDeviceChangeKind.Arrived, "vbd", 51728), await watch.WaitAsync());
        Assert.Equal(["xvda", "xvdb"], (await devices.ListAsync("vbd")).Select(device => device.DiskName));
        foreach (string selector in new[] { "51728", "xvdb", "#1", "/images/b.raw" })
        {
            XenbusContext context = await devices.OpenAsync("vbd", selector);
            Assert.Equal(("device/vbd/51728", second.Backend, DomainId.Zero), (context.Path, context.PeerPath, context.Peer));
        }

        XenException missing = await Assert.ThrowsAsync<XenException>(async () => await devices.OpenAsync("vbd", "xvdc"));
        Assert.Contains("51712 (xvda), 51728 (xvdb)", missing.Message, StringComparison.Ordinal);
        await bench.Toolstack.DestroyAsync(second);
        Assert.Equal(new XenDeviceChange(XenDeviceChangeKind.Removed, "vbd", 51728), await watch.WaitAsync());
        Assert.True(await bench.Simulation.Store.ExistsAsync(bench.Paths.Frontend));
        Assert.True(await bench.Simulation.Store.ExistsAsync(bench.Paths.Backend));
        XenException twice = await Assert.ThrowsAsync<XenException>(
            async () => await bench.Toolstack.AddAsync(new BlockDeviceConfiguration { Guest = bench.Guest.Id, VirtualDevice = 51712, Params = "x" }));
        Assert.Equal(XenErrno.EEXIST, twice.ErrorCode);
    });

    private static void Run(string kind, Func<Bench, Task> body)
    {
        for (ulong seed = 1; seed <= 8; seed++)
        {
            using var simulation = new Xen.Simulation.Simulation(new SimulationOptions { Seed = seed, PagesPerDomain = 64 });
            simulation.Run(async () => await body(await Bench.MakeAsync(simulation, kind)));
        }
    }

    private sealed class Bench(Xen.Simulation.Simulation simulation, SimulatedDomain guest, DevicePaths paths, string kind)
    {
        public Xen.Simulation.Simulation Simulation => simulation;

        public SimulatedDomain Guest => guest;

        public DevicePaths Paths => paths;

        public DeviceToolstack Toolstack { get; } = new(simulation.Store, simulation.TimeProvider);

        public List<RecordingDriver> BackDrivers { get; } = [];

        public static async Task<Bench> MakeAsync(Xen.Simulation.Simulation simulation, string kind)
        {
            SimulatedDomain guest = simulation.CreateDomain("guest");
            DeviceConfiguration configuration = kind == "vbd"
                ? new BlockDeviceConfiguration { Guest = guest.Id, VirtualDevice = 51712, Params = "/images/a.raw" }
                : new NetworkDeviceConfiguration { Guest = guest.Id, Handle = 0, Mac = "00:16:3e:00:00:01" };
            DevicePaths paths = await new DeviceToolstack(simulation.Store, simulation.TimeProvider).AddAsync(configuration);
            return new Bench(simulation, guest, paths, kind);
        }

        public Task<XenbusEnd> ServeAsync(CancellationToken cancellationToken) => XenbusBackend.ServeAsync(
            simulation.Dom0.Ports,
            paths.Backend,
            kind == "vbd" ? XenbusRules.BlockBackend : XenbusRules.NetworkBackend,
            _ =>
            {
                BackDrivers.Add(new RecordingDriver());
                return BackDrivers[^1];
            },
            Timeouts,
            cancellationToken);

        public async Task<XenbusConnection> OpenAsync(RecordingDriver driver)
        {
            XenbusContext context = await XenbusContext.ReadFrontendAsync(guest.Ports, paths.Frontend);
            XenbusRules rules = kind == "vbd" ? XenbusRules.BlockFrontend : XenbusRules.NetworkFrontend;
            return await XenbusConnection.OpenAsync(context, rules, driver, Timeouts);
        }
    }
}
