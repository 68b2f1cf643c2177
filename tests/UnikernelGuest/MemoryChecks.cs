using System.Runtime.InteropServices;
using Xen.Unikernel;
using static Xen.UnikernelGuest.CheckRunner;

namespace Xen.UnikernelGuest;

/// <summary>The garbage collector, finalizers, memory that runs out.</summary>
internal static class MemoryChecks
{
    public static readonly (string, Action)[] All =
    [
        ("memory-churn", Churn),
        ("memory-large", Large),
        ("memory-finalizers", Finalizers),
        ("memory-out", OutOfMemory),
        ("memory-out-native", OutOfNativeMemory),
        ("memory-collect-while-spinning", CollectWhileSpinning),
        ("memory-collect-while-allocating", CollectWhileAllocating),
        ("memory-pinned", Pinned),
        ("memory-not-writable-and-executable", NotWritableAndExecutable),
        ("memory-beyond-4-gibibytes", Beyond4Gibibytes),
        ("memory-large-heap", LargeHeap),
        ("memory-guards-below-trap-stacks", TrapStacks.Check),
    ];

    private static void Churn()
    {
        var random = new Random(1);
        var kept = new Queue<byte[]>();
        long total = 0;
        while (total < 100L << 20)
        {
            byte[] block = new byte[random.Next(16, 20_000)];
            block[^1] = (byte)block.Length;
            total += block.Length;
            kept.Enqueue(block);
            if (kept.Count > 200)
            {
                byte[] old = kept.Dequeue();
                Require(old[^1] == (byte)old.Length, "what was written");
            }
        }
    }

    private static void Large()
    {
        long sum = 0;
        for (int i = 0; i < 60; i++)
        {
            byte[] block = new byte[1 << 20];
            block[i] = 1;
            sum += block[i];
        }

        Require(sum == 60, "60 large blocks");
    }

    private static void Finalizers()
    {
        int before = Finalized.Count;
        Make(1000);
        for (int i = 0; i < 20 && Finalized.Count < before + 1000; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Require(Finalized.Count >= before + 1000, $"1,000 finalizers, not {Finalized.Count - before}");
    }

    private static void Make(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _ = new Finalized();
        }
    }

    // Twice: the memory is there again afterwards.
    private static void OutOfMemory()
    {
        for (int round = 0; round < 2; round++)
        {
            int taken = Exhaust();
            Require(taken > 0, "some memory before it ran out");
            GC.Collect();
            Require(new byte[1 << 20].Length == 1 << 20, "memory again");
        }
    }

    private static int Exhaust()
    {
        var blocks = new List<byte[]>();
        try
        {
            while (blocks.Count < 100_000)
            {
                blocks.Add(new byte[256 << 10]);
            }
        }
        catch (OutOfMemoryException)
        {
            return blocks.Count;
        }

        return 0;
    }

    private static unsafe void OutOfNativeMemory()
    {
        var blocks = new List<nint>();
        bool isOut = false;
        try
        {
            while (blocks.Count < 100_000)
            {
                void* block = NativeMemory.Alloc(1 << 20);
                NativeMemory.Fill(block, 1 << 20, 0xAA);
                blocks.Add((nint)block);
            }
        }
        catch (OutOfMemoryException)
        {
            isOut = true;
        }

        blocks.ForEach(block => NativeMemory.Free((void*)block));
        Require(isOut, "OutOfMemoryException of NativeMemory");
        NativeMemory.Free(NativeMemory.Alloc(1 << 20));
    }

    // Threads in a loop that calls nothing: they must be stopped by a signal.
    private static void CollectWhileSpinning()
    {
        using var spinners = new Spinners(2);
        for (int i = 0; i < 10; i++)
        {
            GC.Collect();
        }
    }

    private static void CollectWhileAllocating()
    {
        bool isOver = false;
        long made = 0;
        var thread = new Thread(() =>
        {
            while (!Volatile.Read(ref isOver))
            {
                made += new byte[100].Length;
            }
        });
        thread.Start();
        for (int i = 0; i < 20; i++)
        {
            GC.Collect();
            Thread.Yield();
        }

        Volatile.Write(ref isOver, true);
        thread.Join();
        Require(made > 0, "allocations");
    }

    private static unsafe void Pinned()
    {
        byte[] block = GC.AllocateUninitializedArray<byte>(10_000, pinned: true);
        fixed (byte* first = block)
        {
            byte* before = first;
            GC.Collect();
            fixed (byte* after = block)
            {
                Require(before == after, "a pinned array at its place");
            }
        }
    }

    // With a page of the window as well.
    private static unsafe void NotWritableAndExecutable()
    {
        bool isShown = Window.Show() is not null;
        ulong count = Layer.CountWritableExecutable();
        Window.Hide();
        Require(isShown, "a page of the window");
        Require(count == 0, $"no page that can be written and executed, not {count}");
    }

    // Only where there is so much: the largest blocks of pages that there are until one lies there.
    private static unsafe void Beyond4Gibibytes()
    {
        const ulong Pages = (64 << 20) / 4096;
        LayerCounters counters = LayerCounters.Read();
        if (counters.FreeFrames < (4UL << 30) / 4096)
        {
            return;
        }

        var blocks = new List<nint>();
        ulong highest = 0;
        byte* block;
        while (highest < 4UL << 30 && (block = Layer.AllocateFrames(Pages)) is not null)
        {
            blocks.Add((nint)block);
            block[0] = 1;
            block[(Pages * 4096) - 1] = 1;
            highest = Math.Max(highest, (ulong)block & 0x7FFF_FFFF_FFFF);
        }

        blocks.ForEach(taken => Layer.FreeFrames((byte*)taken, Pages));
        Require(highest >= 4UL << 30, $"memory beyond 4 GiB, the highest is at {highest:x}");
    }

    // Only where there is so much. Nobody touches the blocks, so they cost no time: what counts is that the heap has room for them.
    private static void LargeHeap()
    {
        const int BlockBytes = 64 << 20;
        long limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (limit < 2L << 30)
        {
            return;
        }

        var blocks = new List<byte[]>();
        while ((blocks.Count + 1L) * BlockBytes < limit / 10 * 9)
        {
            blocks.Add(new byte[BlockBytes]);
        }

        GC.Collect();
        Require(blocks.TrueForAll(static block => block[^1] == 0), "empty blocks");
        Require(GC.GetTotalMemory(false) > limit / 4 * 3, $"most of {limit} bytes in use, not {GC.GetTotalMemory(false)}");
    }

    private sealed class Finalized
    {
        public static int Count;

        ~Finalized() => Interlocked.Increment(ref Count);
    }
}
