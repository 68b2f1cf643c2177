using Xen.Devices;
using Xen.Devices.Packets;
using Xen.Hosting;
using Xen.Store;

namespace Xen.Hosts.Tests.Docs;

// Not the namespace of the console driver, which is nearer here than in a program.
#pragma warning disable IDE0065 // Outside of the namespace it would be looked at too late.
using Console = System.Console;
#pragma warning restore IDE0065

/// <summary>The programs of README.md and docs/: every C# block there is in this file or in a sample (<see cref="DocsTests"/>), and here they run.</summary>
public class Examples
{
    private readonly List<string> _printed = [];

    [Fact]
    public async Task Readme()
    {
        string[] args = ["--host", "simulation"];
        int code = await Main(args);
        Assert.Equal(0, code);

        static async Task<int> Main(string[] args)
        {
            return await XenGuest.RunAsync(args, async guest =>
            {
                await using IBlockDevice disk = await guest.OpenBlockAsync("xvda");
                byte[] sector = new byte[disk.Info.SectorSize];
                "Hello, disk."u8.CopyTo(sector);
                (await disk.WriteAsync(0, sector)).ThrowIfFailed();
                (await disk.FlushAsync()).ThrowIfFailed();
                Console.WriteLine($"{guest.Id} wrote {sector.Length} bytes to {disk.Name} on the {guest.HostName} host.");
            }, new GuestSettings { World = new SimulatedWorld { Disks = [new SimulatedDisk { SizeBytes = 1 << 20 }] } });
        }
    }

    [Fact]
    public Task Devices() => RunAsync(async guest =>
    {
        foreach (XenDevice device in await guest.Devices.ListAsync("vbd"))
        {
            Print($"{device.DiskName} is {device.Path}, served by {device.Backend}");
        }

        await using XenDeviceWatch watch = await guest.Devices.WatchAsync("vif");
        XenDeviceChange change = await watch.WaitAsync();
        Print($"{change.Type} {change.Id}: {change.Kind}");

        Assert.Equal(["xvda is device/vbd/51712, served by dom0", "vif 0: Arrived"], _printed);
    });

    [Fact]
    public Task Blocks() => RunAsync(async guest =>
    {
        await using IBlockDevice disk = await guest.OpenBlockAsync("#0");
        byte[] data = new byte[64 * 1024];
        DeviceResult written = await disk.WriteAsync(0, data);
        DeviceResult beyond = await disk.ReadAsync(disk.Info.SizeSectors, data);
        Print($"{written}, {beyond.Status}");

        if (disk.TryReserve(64 * 1024, out BlockBuffer buffer))
        {
            using (buffer)
            {
                buffer.Span.Fill(7);
                (await disk.WriteAsync(128, buffer)).ThrowIfFailed();
            }
        }

        Assert.Equal(["Success, OutOfRange"], _printed);
    });

    [Fact]
    public Task Frames() => RunAsync(async guest =>
    {
        await using INetworkDevice vif = await guest.OpenNetworkAsync("0");
        using var end = new CancellationTokenSource();
        Task<DeviceResult> listening = vif.ListenAsync(frame =>
        {
            Print($"{frame.Length} bytes");
            end.Cancel();
            return default;
        }, end.Token);

        using (TransmitFrame frame = await vif.ReserveAsync(EthernetHeader.Size + ArpPacket.Size))
        {
            WhoHas(vif.MacAddress, frame.Span);
            frame.Send().ThrowIfFailed();
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => listening);
        Assert.Equal(["42 bytes"], _printed);
    });

    [Fact]
    public Task Exits() => RunAsync(async guest =>
    {
        guest.Hooks.OnExit(async deadline => await guest.Store.WriteAsync("data/bye", "1", deadline));
        IBlockDevice disk = guest.Own(await guest.OpenBlockAsync("xvda"));
        guest.Exit = GuestExit.Reboot();

        Assert.Equal("device/vbd/51712", disk.Name);
    }, GuestExit.RebootCode);

    [Fact]
    public async Task AskedToEnd()
    {
        var settings = new GuestSettings { World = new SimulatedWorld { Toolstack = guest => guest.RequestShutdownAsync("reboot").AsTask() } };
        int code = await XenGuest.RunAsync(["--host", "simulation"], async guest =>
        {
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), guest.TimeProvider);
            while (await timer.WaitForNextTickAsync(guest.ShutdownRequested))
            {
                // The guest's work.
            }
        }, settings);
        Assert.Equal(GuestExit.RebootCode, code);
    }

    [Fact]
    public async Task Crash()
    {
        SimulationReport? report = null;
        int code = await XenGuest.RunAsync(["--host", "simulation", "--log", "none"], guest => throw new InvalidDataException("on purpose"), new GuestSettings
        {
            World = new SimulatedWorld { IsCrashExpected = true, Finished = seen => report = seen },
        });
        Assert.IsType<InvalidDataException>(report!.CrashCause);
        Assert.Equal(GuestExit.CrashCode, code);
    }

    private static void WhoHas(MacAddress own, Span<byte> frame)
    {
        new EthernetHeader(MacAddress.Broadcast, own, EthernetHeader.Arp).Write(frame);
        var me = Ipv4Address.From(System.Net.IPAddress.Parse("192.0.2.2"));
        var peer = Ipv4Address.From(System.Net.IPAddress.Parse("192.0.2.1"));
        new ArpPacket(ArpPacket.Request, own, me, default, peer).Write(frame[EthernetHeader.Size..]);
    }

    private void Print(string line) => _printed.Add(line);

    private static async Task RunAsync(Func<Guest, Task> main, int code = 0) =>
        Assert.Equal(code, await XenGuest.RunAsync(["--host", "simulation"], main, new GuestSettings
        {
            World = new SimulatedWorld { Disks = [new SimulatedDisk { SizeBytes = 1 << 20 }], Interfaces = [new SimulatedInterface()] },
        }));
}
