using System.Diagnostics.Metrics;
using System.Net;
using System.Text.RegularExpressions;
using Xen.Devices;
using Xen.Devices.Packets;
using Xen.Hosting;
using Xen.Hosts.Tests.Docs;
using Xen.Platform;

namespace Xen.Hosts.Tests.Telemetry;

/// <summary>The meters say what the devices count, and docs/telemetry.md says what the meters have.</summary>
public class TelemetryTests
{
    private const string Interface = "device/vif/0";

    // No other test has this disk: meters see what runs beside this test, too.
    private const string DiskName = "xvdp";
    private const string Disk = "device/vbd/51952";
    private const string DiskBackend = "/local/domain/0/backend/vbd/1/51952";

    [Fact]
    public async Task The_meters_say_what_a_guest_did()
    {
        using var reader = new MeterReader(instrument => instrument.Meter.Name.StartsWith("Xen.", StringComparison.Ordinal));
        IReadOnlyList<(string Instrument, string? Device, long Value)> open = [], closed = [];
        BlockStatistics blocks = default;
        NetworkStatistics frames = default;
        await RunAsync(async guest =>
        {
            await using (IBlockDevice disk = await guest.OpenBlockAsync(DiskName))
            await using (INetworkDevice vif = await guest.OpenNetworkAsync("0"))
            {
                (await disk.WriteAsync(0, new byte[64 * 1024])).ThrowIfFailed();
                (await disk.FlushAsync()).ThrowIfFailed();
                await PingAsync(guest, vif);
                // The answer may come before the back end's word that it took the frame, which is what is counted.
                for (int wait = 0; wait < 100 && vif.GetStatistics().SentFrames < 2; wait++)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(1), guest.TimeProvider);
                }

                open = reader.Read();
                blocks = disk.GetStatistics();
                frames = vif.GetStatistics();
            }

            closed = reader.Read();
        });

        Assert.Contains(("xen.blkfront.writes", Disk, 1L), open);
        Assert.Contains(("xen.blkfront.written_bytes", Disk, 64L * 1024), open);
        Assert.Contains(("xen.blkfront.requests", Disk, blocks.Requests), open);
        Assert.Contains(("xen.blkfront.notifications_received", Disk, blocks.NotificationsReceived), open);
        Assert.Contains(("xen.blkback.written_bytes", DiskBackend, 64L * 1024), open);
        Assert.Contains(("xen.blkback.flushes", DiskBackend, 1L), open);
        Assert.Contains(("xen.netfront.sent_frames", Interface, frames.SentFrames), open);
        Assert.Contains(("xen.netfront.received_bytes", Interface, frames.ReceivedBytes), open);
        Assert.True(frames.SentFrames > 1);
        Assert.Contains(("xen.netback.received_frames", "/local/domain/0/backend/vif/1/0", frames.SentFrames), open);
        foreach (string above in new[] { "xen.events.received", "xen.events.ports", "xen.grants.in_use", "xen.grants.capacity", "xen.store.requests", "xen.store.watches", "xen.store.events" })
        {
            Assert.True(open.Single(value => value.Instrument == above).Value > 0, above);
        }

        Assert.Contains(closed, value => value.Device == DiskBackend);
        Assert.DoesNotContain(closed, value => value.Device == Disk);
    }

    [Fact]
    public async Task The_document_has_each_instrument_and_no_other()
    {
        using var reader = new MeterReader(instrument => instrument.Meter.Name.StartsWith("Xen.", StringComparison.Ordinal));
        await RunAsync(async guest =>
        {
            await using IBlockDevice disk = await guest.OpenBlockAsync(DiskName);
            await using INetworkDevice vif = await guest.OpenNetworkAsync("0");
        });
        string document = File.ReadAllText(Path.Combine(DocsTests.Root, "docs/telemetry.md"));
        string[] documented = [.. Regex.Matches(document, @"^\| (`Xen\.\w+` \| `[\w.]+` \| \w+ \| `[^`]+`) \|", RegexOptions.Multiline).Select(row => row.Groups[1].Value)];
        string[] made = [.. reader.Instruments.Select(instrument =>
            $"`{instrument.Meter.Name}` | `{instrument.Name}` | {(instrument is ObservableCounter<long> ? "counter" : "level")} | `{instrument.Unit}`")];
        Assert.Equal(documented.Order(StringComparer.Ordinal), made.Distinct().Order(StringComparer.Ordinal));
        Assert.All(reader.Instruments, instrument => Assert.StartsWith(instrument.Meter.Name.ToLowerInvariant() + ".", instrument.Name, StringComparison.Ordinal));
        Assert.All(reader.Instruments, instrument => Assert.EndsWith(".", instrument.Description, StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_dropped_or_removed_is_measured_no_more()
    {
        using MeterSources<Counted> sources = new MeterSources<Counted>("Test.Sources", counted => counted.Name).Counter("test.sources.count", "{thing}", "Things.", counted => counted.Value);
        using var reader = new MeterReader(instrument => instrument.Meter.Name == "Test.Sources");
        Counted kept = sources.Add(new Counted("kept", 3)), removed = sources.Add(new Counted("removed", 4));
        AddDropped(sources);
        sources.Remove(removed);
        sources.Remove(removed);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal([("test.sources.count", "kept", 3L)], reader.Read());
        GC.KeepAlive(kept);
    }

    [Fact]
    public void A_meter_without_names_has_one_sum()
    {
        using MeterSources<Counted> sources = new MeterSources<Counted>("Test.Sums").Level("test.sums.level", "{thing}", "Things.", counted => counted.Value);
        using var reader = new MeterReader(instrument => instrument.Meter.Name == "Test.Sums");
        Assert.Equal([("test.sums.level", null, 0L)], reader.Read());
        Counted first = sources.Add(new Counted("first", 3)), second = sources.Add(new Counted("second", 4));
        Assert.Equal([("test.sums.level", null, 7L)], reader.Read());
        GC.KeepAlive((first, second));
    }

    [Fact]
    public void A_counter_without_names_never_falls()
    {
        using MeterSources<Counted> sources = new MeterSources<Counted>("Test.Totals")
            .Counter("test.totals.count", "{thing}", "Things.", counted => counted.Value)
            .Level("test.totals.level", "{thing}", "Things.", counted => counted.Value);
        using var reader = new MeterReader(instrument => instrument.Meter.Name == "Test.Totals");
        Counted kept = sources.Add(new Counted("kept", 3)), removed = sources.Add(new Counted("removed", 4));
        AddDropped(sources);
        Assert.Equal([("test.totals.count", null, 12L), ("test.totals.level", null, 12L)], reader.Read());
        removed.Value = 10;
        sources.Remove(removed);
        sources.Remove(removed);
        sources.Remove(new Counted("unknown", 100));
        removed.Value = 20;
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal([("test.totals.count", null, 18L), ("test.totals.level", null, 3L)], reader.Read());
        Counted added = sources.Add(new Counted("added", 2));
        Assert.Equal([("test.totals.count", null, 20L), ("test.totals.level", null, 5L)], reader.Read());
        GC.KeepAlive((kept, removed, added));
    }

    // In a method of its own, so that no local of the test holds it.
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void AddDropped(MeterSources<Counted> sources) => sources.Add(new Counted("dropped", 5));

    private static async Task PingAsync(Guest guest, INetworkDevice vif)
    {
        using var end = new CancellationTokenSource();
        var probe = new NetworkProbe(vif, IPAddress.Parse("192.0.2.2"), guest.TimeProvider);
        Task listening = probe.ListenAsync(end.Token);
        IPAddress peer = IPAddress.Parse("192.0.2.1");
        MacAddress? mac = await probe.ResolveAsync(peer, TimeSpan.FromSeconds(1));
        Assert.NotNull(await probe.PingAsync(peer, mac!.Value, new byte[64], TimeSpan.FromSeconds(1)));
        end.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => listening);
    }

    private static async Task RunAsync(Func<Guest, Task> main) => Assert.Equal(0, await XenGuest.RunAsync(["--host", "simulation"], main, new GuestSettings
    {
        World = new SimulatedWorld { Disks = [new SimulatedDisk { Name = DiskName, SizeBytes = 1 << 20 }], Interfaces = [new SimulatedInterface()] },
    }));

    private sealed class Counted(string name, long value)
    {
        public string Name => name;

        public long Value { get; set; } = value;
    }
}
