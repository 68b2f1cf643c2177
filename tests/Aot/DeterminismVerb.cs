using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;
using Xen.Devices;
using Xen.Devices.Packets;
using Xen.Hosting;
using Xen.Simulation;

namespace Xen.Aot;

/// <summary>One program that uses everything that suspends: await, delays, a pipe, a channel and both drivers. Prints the hash of its trace.</summary>
internal static class DeterminismVerb
{
    private static readonly IPAddress Own = IPAddress.Parse("192.0.2.2");
    private static readonly IPAddress Peer = IPAddress.Parse("192.0.2.1");
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    public static int Run(ulong seed)
    {
        SimulationReport? report = null;
        var settings = new GuestSettings
        {
            Host = "simulation",
            World = new SimulatedWorld
            {
                Seed = seed,
                Disks = [new SimulatedDisk { SizeBytes = 4 << 20 }],
                Interfaces = [new SimulatedInterface()],
                Finished = finished => report = finished,
            },
        };
        int code = XenGuest.RunAsync([], guest => Task.WhenAll(DiskAsync(guest), NetworkAsync(guest), PipeAsync(guest), ChannelAsync(guest)), settings)
            .GetAwaiter().GetResult();
        System.Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"HASH {report!.TraceHash:x16} seed {seed} after {report.Duration.TotalMicroseconds:F0} us"));
        foreach (SimulationLeak leak in report.Leaks)
        {
            System.Console.WriteLine($"LEAK {leak}");
        }

        return report.Leaks.Count == 0 ? code : 1;
    }

    private static async Task DiskAsync(Guest guest)
    {
        await using IBlockDevice disk = await guest.OpenBlockAsync("xvda");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => CopyAsync(disk, i)));
        (await disk.FlushAsync()).ThrowIfFailed();
    }

    private static async Task CopyAsync(IBlockDevice disk, int part)
    {
        byte[] data = new byte[((part * 7) + 1) * disk.Info.SectorSize];
        Array.Fill(data, (byte)part);
        ulong sector = (ulong)part * 512;
        (await disk.WriteAsync(sector, data)).ThrowIfFailed();
        byte[] back = new byte[data.Length];
        (await disk.ReadAsync(sector, back)).ThrowIfFailed();
        if (!back.AsSpan().SequenceEqual(data))
        {
            throw new InvalidDataException($"Part {part} came back different.");
        }
    }

    private static async Task NetworkAsync(Guest guest)
    {
        await using INetworkDevice vif = await guest.OpenNetworkAsync("0");
        using var end = new CancellationTokenSource();
        var probe = new NetworkProbe(vif, Own, guest.TimeProvider);
        Task listening = probe.ListenAsync(end.Token);
        MacAddress mac = await probe.ResolveAsync(Peer, Timeout) ?? throw new IOException("No answer to ARP.");
        for (int length = 1; length <= 1024; length *= 2)
        {
            _ = await probe.PingAsync(Peer, mac, new byte[length], Timeout) ?? throw new IOException($"No answer to a ping of {length} bytes.");
        }

        end.Cancel();
        try
        {
            await listening;
        }
        catch (OperationCanceledException)
        {
            // The end that was asked for.
        }
    }

    private static async Task PipeAsync(Guest guest)
    {
        PipeScheduler scheduler = guest.Scheduler.PipeScheduler;
        var pipe = new Pipe(new PipeOptions(readerScheduler: scheduler, writerScheduler: scheduler, pauseWriterThreshold: 4096, resumeWriterThreshold: 1024));
        Task writing = WriteAsync(pipe.Writer);
        long total = 0;
        while (await pipe.Reader.ReadAsync() is { IsCompleted: false } result)
        {
            total += result.Buffer.Length;
            pipe.Reader.AdvanceTo(result.Buffer.End);
            await Task.Delay(TimeSpan.FromMilliseconds(total % 13), guest.TimeProvider);
        }

        await writing;
    }

    private static async Task WriteAsync(PipeWriter writer)
    {
        for (int i = 0; i < 32; i++)
        {
            writer.Advance(writer.GetMemory(1000).Length > 0 ? 1000 : 0);
            await writer.FlushAsync();
        }

        await writer.CompleteAsync();
    }

    private static async Task ChannelAsync(Guest guest)
    {
        var channel = Channel.CreateBounded<int>(new BoundedChannelOptions(4) { AllowSynchronousContinuations = true });
        Task producing = ProduceAsync(guest, channel.Writer);
        int sum = 0;
        while (await channel.Reader.WaitToReadAsync())
        {
            while (channel.Reader.TryRead(out int number))
            {
                sum += number;
            }
        }

        await producing;
        if (sum != 4950)
        {
            throw new InvalidDataException($"The channel's numbers add up to {sum}, not 4950.");
        }
    }

    private static async Task ProduceAsync(Guest guest, ChannelWriter<int> writer)
    {
        for (int i = 0; i < 100; i++)
        {
            await writer.WriteAsync(i);
            await Task.Delay(TimeSpan.FromMilliseconds(i % 3), guest.TimeProvider);
        }

        writer.Complete();
    }
}
