using System.Diagnostics;
using System.Runtime.InteropServices;
using Xen.Unikernel;
using static Xen.UnikernelGuest.CheckRunner;

namespace Xen.UnikernelGuest;

/// <summary>Clocks, timers and delays.</summary>
internal static class TimeChecks
{
    public static readonly (string, Action)[] All =
    [
        ("time-monotonic", Monotonic),
        ("time-delay", Delay),
        ("time-sleep", Sleep),
        ("time-timers", Timers),
        ("time-interrupts", Interrupts),
        ("time-date", Date),
        ("time-clocks", Clocks),
    ];

    // Those that the layer answers without a system call, those that it asks for, and those that are not there.
    private static unsafe void Clocks()
    {
        const int Invalid = 22;
        const int ProcessTime = 2;
        long* time = stackalloc long[2];
        for (int clock = 0; clock < 8; clock++)
        {
            time[1] = -1;
            int result = LinuxCalls.ClockTime(clock, time);
            Require(result == 0 && time[1] >= 0, $"the time of clock {clock}, not {result}, {time[1]}");
        }

        Require(LinuxCalls.ClockTime(ProcessTime, time) == 0, "the time that was used");
        foreach (int clock in (ReadOnlySpan<int>)[8, 99, -6])
        {
            Marshal.SetLastSystemError(0);
            int result = LinuxCalls.ClockTime(clock, time);
            int error = Marshal.GetLastPInvokeError();
            Require(result == -1 && error == Invalid, $"-1 and error {Invalid} for clock {clock}, not {result}, {error}");
        }
    }

    private static void Monotonic()
    {
        long last = Stopwatch.GetTimestamp();
        for (int i = 0; i < 20_000; i++)
        {
            long now = Stopwatch.GetTimestamp();
            Require(now >= last, $"no step back from {last} to {now}");
            last = now;
        }
    }

    // Never early. How late depends on the machine: that is said, and not judged beyond what would be a lost wake-up, or timers that are late each time.
    private static void Delay()
    {
        double[] late = new double[15];
        for (int i = 0; i < late.Length; i++)
        {
            long start = Stopwatch.GetTimestamp();
            Task.Delay(20).Wait();
            late[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds - 20;
            // The runtime's timers count whole milliseconds.
            Require(late[i] > -1.1, $"20 ms, not {late[i] + 20:F2}");
        }

        Array.Sort(late);
        double median = late[late.Length / 2];
        System.Console.WriteLine($"time-delay: 20 ms late by {late[0]:F2} to {late[^1]:F2} ms, median {median:F2}");
        Require(median < 250, $"half of the delays less than 250 ms late, not {median:F2}");
        Require(late[^1] < 5000, $"no delay later than 5 s, not {late[^1]:F2} ms");
    }

    private static void Sleep()
    {
        long start = Stopwatch.GetTimestamp();
        Thread.Sleep(30);
        double elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        Require(elapsed is >= 29 and < 3000, $"30 ms, not {elapsed:F2}");
    }

    private static void Timers()
    {
        int ticks = 0;
        using var done = new ManualResetEventSlim();
        using var timer = new Timer(_ =>
        {
            if (Interlocked.Increment(ref ticks) == 10)
            {
                done.Set();
            }
        }, null, 5, 5);
        Require(done.Wait(10_000), $"10 ticks, not {ticks}");
    }

    // One deadline is one interrupt, or none when it has come before the thread sleeps. Half as many more are the runtime's own timers, and slices while two
    // of its threads run.
    private static void Interrupts()
    {
        const int Sleeps = 100;
        long start = Stopwatch.GetTimestamp();
        ulong before = LayerCounters.Read().TimerInterrupts;
        for (int i = 0; i < Sleeps; i++)
        {
            Thread.Sleep(3);
        }

        ulong interrupts = LayerCounters.Read().TimerInterrupts - before;
        double elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        System.Console.WriteLine($"time-interrupts: {interrupts} in {Sleeps} sleeps of 3 ms, which took {elapsed:F0} ms");
        double most = (1.5 * Sleeps) + (elapsed / 20);
        Require(interrupts >= Sleeps / 2 && interrupts <= most, $"{Sleeps / 2} to {most:F0} interrupts of the timer, not {interrupts}");
    }

    private static void Date()
    {
        DateTime now = DateTime.UtcNow;
        Require(now.Year is >= 2024 and < 2100, $"a date of this century, not {now:O}");
    }
}
