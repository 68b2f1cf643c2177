using System.Diagnostics;
using System.Runtime.InteropServices;
using Xen.Platform.Abi;
using Xen.Unikernel;

namespace Xen.UnikernelGuest;

/// <summary>Sleeps 30 ms again and again. Where one is late, Xen's own account of the processor says who was: the guest (running), Xen's scheduler (runnable) or what
/// wakes the guest (blocked).</summary>
internal static unsafe class Lateness
{
    private const int SleepMilliseconds = 30;
    private const int LateMilliseconds = 300;
    private const ulong GetRunstateInfo = 4;

    public static int Watch(int seconds)
    {
        long start = Stopwatch.GetTimestamp();
        double worst = 0;
        int sleeps = 0;
        int late = 0;
        RunstateInfo first = Read();
        RunstateInfo before = first;
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
        {
            long since = Stopwatch.GetTimestamp();
            Thread.Sleep(SleepMilliseconds);
            double lateness = Stopwatch.GetElapsedTime(since).TotalMilliseconds - SleepMilliseconds;
            RunstateInfo now = Read();
            sleeps++;
            worst = Math.Max(worst, lateness);
            if (lateness >= LateMilliseconds)
            {
                late++;
                System.Console.WriteLine($"LATE by {lateness:F0} ms at {Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s: {now.Since(before)}");
            }

            before = now;
        }

        System.Console.WriteLine($"LATENESS {sleeps} sleeps, the latest by {worst:F0} ms; {before.Since(first)}");
        System.Console.WriteLine($"CHECKS {sleeps - late} passed, {late} failed");
        return late == 0 ? 0 : 1;
    }

    private static RunstateInfo Read()
    {
        RunstateInfo info;
        long result = Layer.Hypercall((ulong)HypercallNumber.VcpuOp, GetRunstateInfo, 0, (ulong)&info, 0, 0);
        return result == 0 ? info : throw new InvalidOperationException($"VCPUOP_get_runstate_info: {result}");
    }

    /// <summary><c>struct vcpu_runstate_info</c>, times in nanoseconds.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct RunstateInfo
    {
        public int State;
        public ulong StateEntryTime;
        public ulong Running;
        public ulong Runnable;
        public ulong Blocked;
        public ulong Offline;

        public readonly string Since(in RunstateInfo before) =>
            $"running {Milliseconds(Running, before.Running)}, runnable {Milliseconds(Runnable, before.Runnable)}, " +
            $"blocked {Milliseconds(Blocked, before.Blocked)}, offline {Milliseconds(Offline, before.Offline)} ms";

        private static ulong Milliseconds(ulong now, ulong before) => (now - before) / 1_000_000;
    }
}
