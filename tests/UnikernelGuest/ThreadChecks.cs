using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using static Xen.UnikernelGuest.CheckRunner;

namespace Xen.UnikernelGuest;

/// <summary>Threads, locks, and what a switch between threads must keep.</summary>
internal static class ThreadChecks
{
    public static readonly (string, Action)[] All =
    [
        ("threads-32", ThirtyTwo),
        ("threads-many-in-turn", ManyInTurn),
        ("threads-preempted", Preempted),
        ("threads-vectors-alone", () => VectorsKept(1)),
        ("threads-vectors-kept", () => VectorsKept(6)),
        ("threads-monitor", MonitorWaits),
        ("threads-semaphores", Semaphores),
        ("threads-locals", Locals),
        ("threads-pool", Pool),
        ("threads-dictionary", Dictionary),
        ("threads-deep-stack", DeepStack),
        ("threads-signal-ignored", SignalIgnored),
        ("threads-beside-random", BesideRandom),
    ];

    private static int _handled;

    private static void ThirtyTwo()
    {
        int sum = 0;
        object gate = new();
        Thread[] threads = [.. Enumerable.Range(1, 32).Select(i => new Thread(() =>
        {
            for (int turn = 0; turn < 100; turn++)
            {
                lock (gate)
                {
                    sum += i;
                }

                Thread.Yield();
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Require(sum == 32 * 33 / 2 * 100, $"the sum of 32 threads, not {sum}");
    }

    // Their stacks come back.
    private static void ManyInTurn()
    {
        int count = 0;
        for (int i = 0; i < 300; i++)
        {
            var thread = new Thread(() => count++);
            thread.Start();
            thread.Join();
        }

        Require(count == 300, "300 threads");
    }

    private static void Preempted()
    {
        using var spinners = new Spinners(2);
        long before = spinners.Turns;
        Thread.Sleep(50);
        Require(spinners.Turns > before, "that the others ran");
    }

    private static void VectorsKept(int count)
    {
        int wrong = 0;
        Thread[] threads = [.. Enumerable.Range(1, count).Select(seed => new Thread(() =>
        {
            for (int turn = 0; turn < 200; turn++)
            {
                Interlocked.Add(ref wrong, Mix(seed, 20_000) == Mix(seed, 20_000) ? 0 : 1);
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Require(wrong == 0, $"the same sums, {wrong} differ");
    }

    // A dependent chain in vector and in scalar registers: one that is lost changes the result.
    private static double Mix(int seed, int count)
    {
        Vector256<double> sum = Vector256.Create((double)seed);
        Vector256<double> step = Vector256.Create(1.0, 2.0, 3.0, 4.0) * seed;
        double scalar = seed;
        for (int i = 0; i < count; i++)
        {
            sum = (sum * Vector256.Create(0.5)) + step;
            scalar = (scalar * 0.25) + sum.GetElement(i & 3);
        }

        return Vector256.Sum(sum) + scalar;
    }

    private static void MonitorWaits()
    {
        object gate = new();
        int turn = 0;
        var thread = new Thread(() =>
        {
            lock (gate)
            {
                for (int i = 0; i < 100; i++)
                {
                    while (turn % 2 == 0)
                    {
                        Monitor.Wait(gate);
                    }

                    turn++;
                    Monitor.Pulse(gate);
                }
            }
        });
        thread.Start();
        lock (gate)
        {
            for (int i = 0; i < 100; i++)
            {
                turn++;
                Monitor.Pulse(gate);
                while (turn % 2 == 1)
                {
                    Monitor.Wait(gate);
                }
            }

            Require(!Monitor.Wait(gate, 20), "a wait that ends by time");
        }

        thread.Join();
        Require(turn == 200, $"200 turns, not {turn}");
    }

    private static void Semaphores()
    {
        using var slim = new SemaphoreSlim(0);
        using var reset = new ManualResetEventSlim();
        using var kernel = new AutoResetEvent(false);
        var thread = new Thread(() =>
        {
            slim.Wait();
            reset.Set();
            kernel.Set();
        });
        thread.Start();
        Require(!reset.Wait(10), "a wait that ends by time");
        slim.Release();
        Require(reset.Wait(5000) && kernel.WaitOne(5000), "both set");
        thread.Join();
    }

    private static void Locals()
    {
        using var local = new ThreadLocal<int>(() => Environment.CurrentManagedThreadId);
        int wrong = 0;
        Thread[] threads = [.. Enumerable.Range(0, 8).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                Interlocked.Add(ref wrong, local.Value == Environment.CurrentManagedThreadId ? 0 : 1);
                Thread.Yield();
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Require(wrong == 0, "each thread's own value");
    }

    private static void Pool()
    {
        Task<int>[] tasks = [.. Enumerable.Range(0, 32).Select(i => Task.Run(async () =>
        {
            await Task.Yield();
            return i;
        }))];
        Task.WaitAll(tasks);
        Require(tasks.Sum(task => task.Result) == 31 * 32 / 2, "the sum of 32 tasks");
    }

    private static void Dictionary()
    {
        var dictionary = new ConcurrentDictionary<int, int>();
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                dictionary.AddOrUpdate(i % 100, 1, (_, old) => old + 1);
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Require(dictionary.Count == 100 && dictionary.Values.Sum() == 4000, "4,000 in 100");
    }

    private static void DeepStack()
    {
        int reached = 0;
        var thread = new Thread(() => reached = Recurse(4000));
        thread.Start();
        thread.Join();
        Require(reached == 4000, $"4,000 calls deep, not {reached}");
    }

    // Sent while it had a handler and was blocked; ignored when it can be delivered.
    private static unsafe void SignalIgnored()
    {
        const int Usr1 = 10;
        const int Block = 0;
        const int Unblock = 1;
        const nint Ignore = 1;
        // sigset_t has 128 bytes.
        ulong* set = stackalloc ulong[16];
        set[0] = 1UL << (Usr1 - 1);
        LinuxCalls.Signal(Usr1, (nint)(delegate* unmanaged<int, void>)&Handle);
        int result = LinuxCalls.SignalMask(Block, set, null) | LinuxCalls.Raise(Usr1);
        LinuxCalls.Signal(Usr1, Ignore);
        result |= LinuxCalls.SignalMask(Unblock, set, null);
        Require(result == 0 && _handled == 0, $"no call of the handler, not {result}, {_handled}");
    }

    // Much of it takes its time, which is not that of all threads.
    private static unsafe void BesideRandom()
    {
        byte[] bytes = new byte[2 << 20];
        using var beside = new Beside();
        int before = beside.Milliseconds;
        long start = Environment.TickCount64;
        fixed (byte* first = bytes)
        {
            for (nint filled = 0, count; filled < bytes.Length; filled += count)
            {
                count = LinuxCalls.Random(first + filled, (ulong)(bytes.Length - filled), 0);
                Require(count > 0, $"random bytes, not {count}");
            }
        }

        long elapsed = Environment.TickCount64 - start;
        int ran = beside.Milliseconds - before;
        Require(ran >= elapsed / 20, $"{elapsed / 20} of {elapsed} ms for the thread beside, not {ran}");
    }

    [UnmanagedCallersOnly]
    private static void Handle(int number) => _handled = number;

    private static unsafe int Recurse(int depth)
    {
        byte* space = stackalloc byte[128];
        space[0] = (byte)depth;
        return depth == 0 ? 0 : Recurse(depth - 1) + 1 + (space[0] - (byte)depth);
    }
}
