using System.Globalization;
using Xen.Checks.Net;
using Xen.Devices;
using Xen.Netfront;
using Xen.Platform;
using Xen.Simulation;

namespace Xen.Benchmarks.Devices;

/// <summary>Frames from the front end to the back end and the other way, in real time, on one thread.</summary>
internal static class NetworkBenchmark
{
    private const double Goal = 0.5;
    private const double FrameGoal = 1e6;
    private const int Rounds = 31;
    private const int FrameBytes = 1500;
    private const int SmallBytes = 60;
    private const int FramesOfRound = 50_000;
    private const int PageBytes = 4096;
    private const int Pages = 256;

    private static readonly byte[] Foreign = new byte[Pages * PageBytes];

    public static void Run()
    {
        Run("front to back, reserved", FrameBytes, 1, isToBack: true, SendReservedAsync);
        Run("front to back, foreign", FrameBytes, 2, isToBack: true, WriteAsync);
        Run("back to front, reserved", FrameBytes, 1, isToBack: false, SendReservedAsync);
        Run("back to front, foreign", FrameBytes, 2, isToBack: false, WriteAsync);
        Run("front to back, reserved", SmallBytes, 1, isToBack: true, SendReservedAsync);
        Run("back to front, reserved", SmallBytes, 1, isToBack: false, SendReservedAsync);
    }

    private static void Run(string name, int length, int passes, bool isToBack, Func<INetworkDevice, int, Task> send)
    {
        using var bench = new NetBench(1, new SimulationOptions { RealTime = TimeProvider.System });
        using var copies = new CopyPasses(passes, length, PageBytes, Pages);
        var comparison = new Comparison(
            string.Create(CultureInfo.InvariantCulture, $"frame of {length} bytes, {name}"),
            string.Create(CultureInfo.InvariantCulture, $"Span.CopyTo, {passes} of it"),
            "frame");
        bench.Run(async b =>
        {
            var sink = new FrameSink(b.Guest.Scheduler);
            var connected = new WaitSource<bool>(b.Guest.Scheduler);
            b.Serve(serve: (back, end) =>
            {
                connected.TrySetResult(true);
                return isToBack ? back.ListenAsync(sink.Handle, end) : Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, end);
            });
            using var stop = new CancellationTokenSource();
            ValueTask<bool> connecting = connected.WaitAsync();
            await using NetfrontDevice front = await b.OpenAsync();
            await connecting;
            Task listening = isToBack ? Task.CompletedTask : front.ListenAsync(sink.Handle, stop.Token);
            INetworkDevice sender = isToBack ? front : b.Back!;
            for (int round = 0; round < Rounds; round++)
            {
                double ours = await Comparison.TimeAsync(FramesOfRound, () => Task.WhenAll(sink.WaitAsync(FramesOfRound), send(sender, length)));
                double theirs = copies.Time(FramesOfRound);
                if (round > Rounds / 3)
                {
                    comparison.Add(ours, theirs);
                }
            }

            Print(comparison, front.GetStatistics(), b.Back!.GetStatistics(), length);
            stop.Cancel();
            await listening.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        });
    }

    private static void Print(Comparison comparison, NetworkStatistics front, NetworkStatistics back, int length)
    {
        if (length == FrameBytes)
        {
            comparison.PrintShare(Goal);
        }

        double rate = 1e9 / comparison.Ours;
        double frames = (front.SentFrames + back.SentFrames) / 1000.0;
        System.Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {length} bytes: {rate / 1e6:F2} million frames per second (goal: at least {FrameGoal / 1e6:F0}): {(rate >= FrameGoal ? "met" : "missed")}; notifications per 1,000 frames: {front.NotificationsSent / frames:F1} by the front end, {back.NotificationsSent / frames:F1} by the back end"));
    }

    private static async Task SendReservedAsync(INetworkDevice device, int length)
    {
        for (int i = 0; i < FramesOfRound; i++)
        {
            if (!device.TryReserve(length, out TransmitFrame frame))
            {
                frame = await device.ReserveAsync(length);
            }

            frame.Span[0] = (byte)i;
            frame.Send().ThrowIfFailed();
        }
    }

    private static async Task WriteAsync(INetworkDevice device, int length)
    {
        for (int i = 0; i < FramesOfRound; i++)
        {
            (await device.WriteAsync(Foreign.AsMemory(i % Pages * PageBytes, length))).ThrowIfFailed();
        }
    }
}
